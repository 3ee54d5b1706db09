//! An institution: a legal body that uses, measures or examines, identified by its credit code.
//!
//! It is entered by the county or by itself, approved by the county (service organisations by the city), and then
//! kept by its own officers; name, credit code, kinds and area change only by the approver's hand. Officers are
//! natural persons: their names and numbers are sealed under their own keys. It cannot be closed while a device is
//! in use or something is open ([`crate::closing`]); its end ends its grants in the same append.
//!
//! States: submitted → (returned → submitted) → active ⇄ business suspended → closed | merged.

use compact_str::CompactString;
use serde::Serialize;
use signing::bytes::Date;
use signing::statement::RecordRef;
use uuid::Uuid;

use super::{
    Nothing, SealedRef, change_differs, change_is_sound, change_of, changed, corrects_one_of, not_in_future, party_key,
};
use crate::catalog::{EventType, Kind};
use crate::closing::{no_device_in_use, nothing_is_open};
use crate::codes::{
    AREA, CREDIT_CODE, DELEGATED_AREA, DELEGATED_STREETS, DIVISION, DocumentKind, DocumentResult, Grade,
    InstitutionKind, InstitutionState, MedicalType, Ownership, Post, Profit, STREET,
};
use crate::field::{Data, FREE, LINE, PARAGRAPH, PERSON_NAME, PHONE, Sealed, Shape, Subject};
use crate::law::{Citation, DIVISIONS, RADIOLOGY, product};
use crate::record::{About, Claim, Draft, Facts, Need, Origin, Origins, Record, Stop, Target, ensure};
use crate::records::grant::end_with_org;
use crate::refusal::{Code, Rule};
use crate::{data, events};

data! {
    /// The document that lets a medical institution practise.
    pub struct PracticeDocument {
        kind: DocumentKind = Shape::Code(&DocumentKind::LIST), "证件类别", "kind of document";
        number: CompactString = Shape::Text(1, 60, &FREE), "证件编号", "number";
        beds: Option<u32> = Shape::Integer(0, 20_000, ""), "核定床位", "licensed beds";
        from: Date = Shape::Day, "发证日期", "issued on";
        verify_due: Option<Date> = Shape::Day, "校验到期", "verification due on";
    }

    /// What an institution is.
    pub struct Profile {
        credit_code: CompactString = CREDIT_CODE, "统一社会信用代码", "unified social credit code";
        branch_no: Option<CompactString> = Shape::Text(1, 20, &FREE), "分支机构编号", "number of the branch";
        name: CompactString = LINE, "机构名称", "name as on the certificate";
        short_name: Option<CompactString> = Shape::Text(1, 40, &FREE), "简称", "short name";
        kinds: Vec<InstitutionKind> = Shape::List(1, 7, &Shape::Code(&InstitutionKind::LIST)), "机构类别", "kinds";
        medical_type: Option<MedicalType> = Shape::Code(&MedicalType::LIST), "医疗机构类别", "medical type";
        grade: Option<Grade> = Shape::Code(&Grade::LIST), "等级", "level and grade";
        ownership: Option<Ownership> = Shape::Code(&Ownership::LIST), "经济类型", "ownership";
        profit: Option<Profit> = Shape::Code(&Profit::LIST), "营利性质", "profit flag";
        division: CompactString = DIVISION, "行政区划", "division of GB/T 2260";
        street: Option<CompactString> = STREET, "街道乡镇", "street or town";
        supervision_area: CompactString = AREA, "监督辖区", "supervision area";
        address: CompactString = PARAGRAPH, "地址", "address";
        longitude_udeg: Option<i64> = Shape::Integer(-180_000_000, 180_000_000, "µ°"), "经度", "longitude, CGCS2000";
        latitude_udeg: Option<i64> = Shape::Integer(-90_000_000, 90_000_000, "µ°"), "纬度", "latitude, CGCS2000";
        beds: Option<u32> = Shape::Integer(0, 20_000, ""), "实有床位", "beds";
        staff: Option<u32> = Shape::Integer(0, 100_000, ""), "职工人数", "number of staff";
        departments: Option<Vec<CompactString>> = Shape::List(1, 50, &Shape::Text(1, 40, &FREE)), "放射科室", "departments";
        practice_document: Option<PracticeDocument> = Shape::Object(<PracticeDocument as Data>::FIELDS), "执业许可", "practice document";
        phone: Option<CompactString> = PHONE, "单位电话", "telephone of the institution";
        website: Option<CompactString> = LINE, "网址", "website";
    }

    /// Changed members.
    pub struct Changed {
        set: Option<signing::json::Object> = Shape::Members(<Profile as Data>::FIELDS), "变更为", "new values";
        clear: Option<Vec<CompactString>> = Shape::Names(<Profile as Data>::FIELDS), "清空", "members without a value";
    }

    /// A correction of an entry, or of the name or number of an officer.
    pub struct Corrected {
        set: Option<signing::json::Object> = Shape::Members(<Profile as Data>::FIELDS), "更正为", "new values";
        clear: Option<Vec<CompactString>> = Shape::Names(<Profile as Data>::FIELDS), "清空", "members without a value";
        party: Option<RecordRef> = Shape::RecordRef(&["party"]), "自然人", "the officer, by a random id";
        officer_name: Option<Sealed> = Shape::Sealed(&PERSON_NAME, Subject::Member("party")), "姓名更正为", "corrected name";
        officer_phone: Option<Sealed> = Shape::Sealed(&PHONE, Subject::Member("party")), "电话更正为", "corrected telephone";
    }

    /// An officer takes a post.
    pub struct OfficerAppointed {
        post: Post = Shape::Code(&Post::LIST), "职务", "post";
        party: RecordRef = Shape::RecordRef(&["party"]), "自然人", "the natural person, by a random id";
        name: Sealed = Shape::Sealed(&PERSON_NAME, Subject::Member("party")), "姓名", "name";
        phone: Option<Sealed> = Shape::Sealed(&PHONE, Subject::Member("party")), "电话", "telephone";
    }

    /// An officer leaves a post.
    pub struct OfficerEnded {
        post: Post = Shape::Code(&Post::LIST), "职务", "post";
        party: RecordRef = Shape::RecordRef(&["party"]), "自然人", "the natural person, by a random id";
    }

    /// A document is filed.
    pub struct DocumentFiled {
        document: Uuid = Shape::Id(""), "文件标识", "id of the document";
        kind: DocumentKind = Shape::Code(&DocumentKind::LIST), "文件类别", "kind";
        number: CompactString = Shape::Text(1, 60, &FREE), "文件编号", "number";
        issuer: Option<CompactString> = LINE, "发证机关", "issuer";
        from: Date = Shape::Day, "生效日期", "valid from";
        until: Option<Date> = Shape::Day, "失效日期", "first day without validity";
    }

    /// A document was looked at.
    pub struct DocumentVerified {
        document: Uuid = Shape::Id(""), "文件标识", "id of the document";
        result: DocumentResult = Shape::Code(&DocumentResult::LIST), "核验结果", "result";
    }

    /// Merged into another institution.
    pub struct Merged {
        into: Uuid = Shape::Id("institution"), "并入机构", "institution that takes over";
    }
}

events! {
    /// Events of an institution.
    pub enum Event {
        Registered(Profile) = "institution.registered", 1, [Entry], true, Optional, Person, "机构登记", "institution registered";
        Approved(Nothing) = "institution.approved", 1, [Approval], false, Forbidden, Person, "机构审核通过", "institution approved";
        Returned(Nothing) = "institution.returned", 1, [Return], false, Forbidden, Person, "机构退回", "institution returned";
        Changed(Changed) = "institution.changed", 1, [Entry, Submission], false, Required, Person, "机构信息变更", "institution changed";
        Corrected(Corrected) = "institution.corrected", 1, [Correction], false, Forbidden, Person, "机构信息更正", "institution corrected";
        OfficerAppointed(OfficerAppointed) = "institution.officer_appointed", 1, [Entry], false, Required, Person, "人员任职", "officer appointed";
        OfficerEnded(OfficerEnded) = "institution.officer_ended", 1, [Entry], false, Required, Person, "人员离任", "officer ended";
        DocumentFiled(DocumentFiled) = "institution.document_filed", 1, [Submission], false, Forbidden, Person, "文件备案", "document filed";
        DocumentVerified(DocumentVerified) = "institution.document_verified", 1, [Examination], false, Forbidden, Person, "文件核验", "document verified";
        Suspended(Nothing) = "institution.suspended", 1, [Declaration], false, Required, Person, "机构歇业", "business suspended";
        Resumed(Nothing) = "institution.resumed", 1, [Declaration], false, Required, Person, "机构复业", "business resumed";
        Closed(Nothing) = "institution.closed", 1, [Declaration, Revocation], false, Required, Person, "机构注销", "institution closed";
        Merged(Merged) = "institution.merged", 1, [Declaration], false, Required, Person, "机构合并", "institution merged";
    }
}

/// An officer in office or before.
#[derive(Debug, Clone, Serialize)]
pub struct Officer {
    /// Post.
    pub post: Post,
    /// The person.
    pub party: Uuid,
    /// Name.
    pub name: SealedRef,
    /// Telephone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<SealedRef>,
    /// First day in office.
    pub from: Date,
    /// Last day in office.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// A filed document.
#[derive(Debug, Clone, Serialize)]
pub struct Document {
    /// What was filed.
    #[serde(flatten)]
    pub filed: DocumentFiled,
    /// What a supervisor found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<DocumentResult>,
    /// It lay there when the institution was approved.
    #[serde(skip)]
    approved: bool,
}

impl Document {
    /// Whether the authority has looked at it and found it genuine: by itself, or with the institution.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        self.result.map_or(self.approved, |result| result == DocumentResult::Genuine)
    }
}

/// What licences print of their holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Printed {
    /// Name.
    Name,
    /// Address.
    Address,
    /// Legal representative.
    LegalRepresentative,
    /// Principal.
    Principal,
}

/// A change of what licences print.
#[derive(Debug, Clone)]
pub struct PrintedChange {
    /// What changed.
    pub what: Printed,
    /// From when it counts.
    pub origin: Origin,
    /// The name or address before.
    before: Option<CompactString>,
}

/// An institution.
#[derive(Debug, Clone, Serialize)]
pub struct Institution {
    /// What it is.
    #[serde(flatten)]
    pub profile: Profile,
    /// State.
    pub state: InstitutionState,
    /// Officers, past ones included.
    pub officers: Vec<Officer>,
    /// Documents.
    pub documents: Vec<Document>,
    /// Institution that took over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<Uuid>,
    /// Changes of what its licences print, from its approval on.
    #[serde(skip)]
    pub changes: Vec<PrintedChange>,
    #[serde(skip)]
    origins: Origins,
}

impl Institution {
    /// True once approved, whatever came later.
    #[must_use]
    pub fn is_approved(&self) -> bool {
        !matches!(self.state, InstitutionState::Submitted | InstitutionState::Returned)
    }

    /// True once closed or merged.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        matches!(self.state, InstitutionState::Closed | InstitutionState::Merged)
    }

    /// True when it has a qualification of this number that is valid on a day.
    #[must_use]
    pub fn is_qualified(&self, number: &str, day: Date) -> bool {
        self.documents.iter().map(|document| &document.filed).any(|filed| {
            filed.kind == DocumentKind::Qualification
                && filed.number == number
                && filed.from <= day
                && filed.until.is_none_or(|until| day < until)
        })
    }

    /// Since when it is of the kinds of which it is now.
    #[must_use]
    pub fn of_kinds_since(&self) -> Date {
        self.origins.since("kinds").date
    }

    fn printed(&self, what: Printed) -> Option<CompactString> {
        match what {
            Printed::Name => Some(self.profile.name.clone()),
            Printed::Address => Some(self.profile.address.clone()),
            Printed::LegalRepresentative | Printed::Principal => None,
        }
    }

    /// True when the person is or was an officer.
    #[must_use]
    pub fn names(&self, party: &RecordRef) -> bool {
        party.kind == "party" && self.officers.iter().any(|officer| officer.party == party.id)
    }

    /// True when the person is in office.
    #[must_use]
    pub fn in_office(&self, party: &RecordRef) -> bool {
        self.officers.iter().any(|officer| officer.party == party.id && officer.until.is_none())
    }
}

/// Members that only the approver changes once the institution is approved.
const IDENTITY: [&str; 6] = ["credit_code", "branch_no", "name", "kinds", "division", "supervision_area"];

const AREA_OF_GRANT: Rule = Rule {
    id: "institution.area_of_grant",
    zh: "机构自行登记时，监督辖区须与其管理员账户的辖区一致",
    en: "An institution that enters itself names the area of its administrator's account.",
    citation: product("§6"),
};
const DELEGATED: Rule = Rule {
    id: "institution.delegated_area",
    zh: "监督辖区为三江新区时，须填写其所辖街道乡镇",
    en: "In the delegated area the street is one of its own.",
    citation: Citation { instrument: &DIVISIONS, clause: "" },
};
const PRACTICE: Rule = Rule {
    id: "institution.practice_document",
    zh: "放射诊疗机构须填写医疗机构执业许可证或诊所备案凭证",
    en: "A radiological institution names its practice licence or clinic filing.",
    citation: Citation { instrument: &RADIOLOGY, clause: "第四条" },
};
const KINDS: Rule =
    Rule {
        id: "institution.kinds", zh: "机构类别不能重复", en: "A kind is named once.", citation: product("§6")
    };
const SERVICE_PAPERS: Rule = Rule {
    id: "institution.service_papers",
    zh: "技术服务机构须先备案资质证书，职业健康检查机构须先备案回执",
    en: "A technical service first files its qualification, a health-exam organisation its filing receipt.",
    citation: product("§6"),
};
const TRANSITION: Rule = Rule {
    id: "institution.transition",
    zh: "机构当前状态不允许此操作",
    en: "The institution is not in a state from which this can follow.",
    citation: product("§6"),
};
const SUCCESSOR: Rule = Rule {
    id: "institution.successor",
    zh: "并入机构不存在、未审核通过或已注销",
    en: "The institution that takes over does not exist, is not approved, or has ended.",
    citation: product("§6"),
};
const OFFICER: Rule = Rule {
    id: "institution.officer",
    zh: "该人员任职情况与所填不符",
    en: "The officer is, or is not, in this post already.",
    citation: product("§6"),
};
const DOCUMENT: Rule = Rule {
    id: "institution.document",
    zh: "文件标识重复、不存在或日期颠倒",
    en: "The document id is taken or unknown, or its dates are reversed.",
    citation: product("§6"),
};

/// Reference to an institution.
#[must_use]
pub fn reference(id: Uuid) -> RecordRef {
    RecordRef { kind: Kind::Institution.as_str().into(), id }
}

impl Record for Institution {
    const KIND: Kind = Kind::Institution;
    type Event = Event;
    const TYPES: &'static [EventType] = Event::TYPES;

    fn target(state: Option<&Self>, event: &Event, about: &About<'_>, _: &dyn Facts) -> Result<Target, Stop> {
        let profile = match (event, state) {
            (Event::Registered(profile), _) => profile,
            (_, Some(institution)) => &institution.profile,
            (_, None) => return Err(Stop::code(Code::BadReference, "/record")),
        };
        Ok(Target { org: Some(about.record()), area: Some(profile.supervision_area.clone()), account: None })
    }

    fn facet(state: Option<&Self>, event: &Event, _: &About<'_>, _: &dyn Facts) -> Result<Option<CompactString>, Stop> {
        let Some(institution) = state else { return Ok(None) };
        let service = institution
            .profile
            .kinds
            .iter()
            .any(|kind| matches!(kind, InstitutionKind::TechnicalService | InstitutionKind::HealthExam));
        let change = match event {
            Event::Approved(_) | Event::Returned(_) | Event::Closed(_) | Event::Merged(_) => {
                return Ok(service.then(|| "service".into()));
            }
            Event::Changed(data) => change_of(&data.set, &data.clear),
            Event::Corrected(data) => change_of(&data.set, &data.clear),
            _ => return Ok(None),
        };
        if !institution.is_approved() {
            return Ok(Some("draft".into()));
        }
        Ok(change.members().any(|member| IDENTITY.contains(&member)).then(|| "identity".into()))
    }

    fn admit(state: Option<&Self>, event: &Event, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
        not_in_future(about)?;
        let Some(institution) = state else {
            let Event::Registered(profile) = event else { return Err(Stop::code(Code::BadReference, "/record")) };
            let own_area = about
                .actor
                .is_none_or(|actor| actor.org.is_none() || actor.area.as_ref() == Some(&profile.supervision_area));
            ensure(own_area, &AREA_OF_GRANT, "/data/supervision_area")?;
            return profile_is_sound(profile);
        };
        ensure(!institution.is_ended() || matches!(event, Event::Corrected(_)), &TRANSITION, "")?;
        match event {
            Event::Registered(_) => Ok(()),
            Event::Approved(_) => {
                ensure(institution.state == InstitutionState::Submitted, &TRANSITION, "")?;
                service_papers_filed(institution)
            }
            Event::Returned(_) => ensure(institution.state == InstitutionState::Submitted, &TRANSITION, ""),
            Event::Changed(data) => {
                let change = change_of(&data.set, &data.clear);
                change_is_sound(&change)?;
                change_differs(&institution.profile, &change)?;
                profile_is_sound(&changed(&institution.profile, &change))
            }
            Event::Corrected(data) => corrected_is_sound(institution, data, about),
            Event::OfficerAppointed(data) => ensure(
                data.post == Post::Contact || !holds(institution, data.post, data.party.id),
                &OFFICER,
                "/data/party",
            ),
            Event::OfficerEnded(data) => ensure(holds(institution, data.post, data.party.id), &OFFICER, "/data/party"),
            Event::DocumentFiled(data) => {
                let new = !institution.documents.iter().any(|known| known.filed.document == data.document);
                ensure(new && data.until.is_none_or(|until| until > data.from), &DOCUMENT, "/data/document")
            }
            Event::DocumentVerified(data) => ensure(
                institution.documents.iter().any(|known| known.filed.document == data.document),
                &DOCUMENT,
                "/data/document",
            ),
            Event::Suspended(_) => ensure(institution.state == InstitutionState::Active, &TRANSITION, ""),
            Event::Resumed(_) => ensure(institution.state == InstitutionState::Suspended, &TRANSITION, ""),
            Event::Closed(_) => {
                no_device_in_use(about.record(), facts)?;
                nothing_is_open(about.record(), about.day, facts)
            }
            Event::Merged(data) => {
                ensure(institution.is_approved() && data.into != about.record(), &SUCCESSOR, "/data/into")?;
                let entry = facts.entry(&RecordRef { kind: Kind::Institution.as_str().into(), id: data.into })?;
                let open = entry
                    .as_ref()
                    .and_then(|entry| entry.state.institution())
                    .is_some_and(|s| s.is_approved() && !s.is_ended());
                ensure(open, &SUCCESSOR, "/data/into")?;
                no_device_in_use(about.record(), facts)
            }
        }
    }

    fn evolve(state: Option<Self>, event: Event, about: &About<'_>) -> Self {
        let Some(mut institution) = state else {
            let Event::Registered(profile) = event else {
                unreachable!("an institution begins with institution.registered")
            };
            return Self {
                profile,
                state: InstitutionState::Submitted,
                officers: Vec::new(),
                documents: Vec::new(),
                merged_into: None,
                changes: Vec::new(),
                origins: Origins::new(about.origin()),
            };
        };
        match event {
            Event::Registered(_) => unreachable!("an institution is registered once"),
            Event::Approved(_) => {
                institution.state = InstitutionState::Active;
                institution.documents.iter_mut().for_each(|document| document.approved = true);
            }
            Event::Resumed(_) => institution.state = InstitutionState::Active,
            Event::Returned(_) => institution.state = InstitutionState::Returned,
            Event::Changed(data) => {
                let before = [Printed::Name, Printed::Address].map(|what| (what, institution.printed(what)));
                let Self { origins, profile, .. } = &mut institution;
                origins.apply(profile, &change_of(&data.set, &data.clear), about.origin());
                for (what, before) in before {
                    if institution.is_approved() && institution.printed(what) != before {
                        institution.changes.push(PrintedChange { what, origin: about.origin(), before });
                    }
                }
                if institution.state == InstitutionState::Returned {
                    institution.state = InstitutionState::Submitted;
                }
            }
            Event::Corrected(data) => correct(&mut institution, &data, about),
            Event::OfficerAppointed(data) => {
                let succeeds = institution.officers.iter().any(|o| o.post == data.post && o.party != data.party.id);
                if let Some(what) = printed_post(data.post).filter(|_| institution.is_approved() && succeeds) {
                    institution.changes.push(PrintedChange { what, origin: about.origin(), before: None });
                }
                institution.officers.push(Officer {
                    post: data.post,
                    party: data.party.id,
                    name: SealedRef::new(data.name, about, "name"),
                    phone: data.phone.map(|phone| SealedRef::new(phone, about, "phone")),
                    from: about.date(),
                    until: None,
                });
            }
            Event::OfficerEnded(data) => {
                let held = institution.officers.iter_mut().rev();
                if let Some(officer) =
                    held.into_iter().find(|o| o.post == data.post && o.party == data.party.id && o.until.is_none())
                {
                    officer.until = Some(about.date());
                }
            }
            Event::DocumentFiled(filed) => {
                institution.documents.push(Document { filed, result: None, approved: false });
            }
            Event::DocumentVerified(data) => {
                if let Some(document) =
                    institution.documents.iter_mut().find(|known| known.filed.document == data.document)
                {
                    document.result = Some(data.result);
                }
            }
            Event::Suspended(_) => institution.state = InstitutionState::Suspended,
            Event::Closed(_) => institution.state = InstitutionState::Closed,
            Event::Merged(data) => {
                institution.state = InstitutionState::Merged;
                institution.merged_into = Some(data.into);
            }
        }
        institution
    }

    fn keys(event: &Event, _: &About<'_>) -> Vec<CompactString> {
        match event {
            Event::OfficerAppointed(data) => vec![party_key(&data.party)],
            _ => Vec::new(),
        }
    }

    fn claims(&self, _: Uuid) -> Vec<Claim> {
        let branch = self.profile.branch_no.as_deref().unwrap_or("");
        vec![Claim::new("credit_code", [self.profile.credit_code.as_str(), branch])]
    }

    fn consequences(&self, event: &Event, about: &About<'_>, facts: &dyn Facts) -> Result<Vec<Draft>, Need> {
        match event {
            Event::Closed(_) | Event::Merged(_) => end_with_org(about.record(), about, facts),
            _ => Ok(Vec::new()),
        }
    }
}

fn holds(institution: &Institution, post: Post, party: Uuid) -> bool {
    institution.officers.iter().any(|officer| officer.post == post && officer.party == party && officer.until.is_none())
}

fn profile_is_sound(profile: &Profile) -> Result<(), Stop> {
    let distinct = profile.kinds.iter().enumerate().all(|(at, kind)| !profile.kinds[..at].contains(kind));
    ensure(distinct, &KINDS, "/data/kinds")?;
    if profile.supervision_area == DELEGATED_AREA {
        let street = profile.street.as_deref();
        ensure(street.is_some_and(|street| DELEGATED_STREETS.contains(&street)), &DELEGATED, "/data/street")?;
    }
    let practice = profile.practice_document.as_ref().map(|document| document.kind);
    let licensed = matches!(practice, Some(DocumentKind::PracticeLicence | DocumentKind::ClinicFiling));
    ensure(licensed || !profile.kinds.contains(&InstitutionKind::Radiology), &PRACTICE, "/data/practice_document")
}

fn service_papers_filed(institution: &Institution) -> Result<(), Stop> {
    let filed = |kind| institution.documents.iter().any(|document| document.filed.kind == kind);
    let kinds = &institution.profile.kinds;
    let complete = (!kinds.contains(&InstitutionKind::TechnicalService) || filed(DocumentKind::Qualification))
        && (!kinds.contains(&InstitutionKind::HealthExam) || filed(DocumentKind::ExamFiling));
    ensure(complete, &SERVICE_PAPERS, "")
}

fn corrected_is_sound(institution: &Institution, data: &Corrected, about: &About<'_>) -> Result<(), Stop> {
    if data.officer_name.is_some() || data.officer_phone.is_some() || data.party.is_some() {
        let known = data.party.as_ref().is_some_and(|party| institution.names(party));
        let alone =
            data.set.is_none() && data.clear.is_none() && (data.officer_name.is_some() || data.officer_phone.is_some());
        ensure(known && alone, &OFFICER, "/data/party")?;
        return corrects_one_of(about, &["institution.officer_appointed", "institution.corrected"]);
    }
    let change = change_of(&data.set, &data.clear);
    change_is_sound(&change)?;
    corrects_one_of(about, &["institution.registered", "institution.changed", "institution.corrected"])?;
    profile_is_sound(&changed(&institution.profile, &change))
}

fn correct(institution: &mut Institution, data: &Corrected, about: &About<'_>) {
    if let Some(party) = &data.party {
        for officer in institution.officers.iter_mut().filter(|officer| officer.party == party.id) {
            if let Some(name) = data.officer_name {
                officer.name = SealedRef::new(name, about, "officer_name");
            }
            if let Some(phone) = data.officer_phone {
                officer.phone = Some(SealedRef::new(phone, about, "officer_phone"));
            }
        }
        return;
    }
    let Institution { origins, profile, .. } = institution;
    origins.apply(profile, &change_of(&data.set, &data.clear), about.origin());
    // A change that is corrected to what was before it is none.
    let (origin, name, address) =
        (about.origin(), institution.printed(Printed::Name), institution.printed(Printed::Address));
    institution.changes.retain(|change| match change.what {
        Printed::Name => change.origin != origin || change.before != name,
        Printed::Address => change.origin != origin || change.before != address,
        Printed::LegalRepresentative | Printed::Principal => true,
    });
}

fn printed_post(post: Post) -> Option<Printed> {
    match post {
        Post::LegalRepresentative => Some(Printed::LegalRepresentative),
        Post::Principal => Some(Printed::Principal),
        Post::ProtectionOfficer | Post::Contact => None,
    }
}
