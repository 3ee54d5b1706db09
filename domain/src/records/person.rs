//! A radiation worker: one file for life, whoever employs him.
//!
//! Name, number, telephone and address are sealed under the worker's own key. In the clear, because rules and
//! statistics must see them without opening anything, stand sex, year of birth and, for a minor, the month from which
//! he counts as of age (职业病防治法: no work with radiation under 18). One identity document, one file: the
//! number is claimed by a keyed digest. What the worker finds wrong he may ask to be corrected (个人信息保护法 Art. 46).

use compact_str::CompactString;
use serde::Serialize;
use signing::bytes::{Date, Hash};
use signing::statement::{EventRef, RecordRef};
use uuid::Uuid;

use super::{SealedRef, change_is_sound, change_of, changed, corrects_one_of, institution, not_in_future};
use crate::catalog::{EventType, Kind};
use crate::codes::AREA;
use crate::field::{Data, PARAGRAPH, PERSON_NAME, PHONE, Sealed, Shape, Subject};
use crate::law::{Citation, PERSONAL_INFORMATION, product};
use crate::person_codes::{DOCUMENT_NO, IdDocument, MONTH, RESIDENT_NO, Sex};
use crate::record::{About, Facts, Origins, Record, SealedClaim, Stop, Target, ensure};
use crate::refusal::{Code, Rule};
use crate::{data, events};

data! {
    /// What of a person stands in the clear.
    pub struct Profile {
        sex: Sex = Shape::Code(&Sex::LIST), "性别", "sex";
        birth_year: i64 = Shape::Integer(1900, 2100, ""), "出生年", "year of birth";
        adult_month: Option<CompactString> = MONTH, "成年月", "month in which he comes of age, of who was a minor when registered";
        radiation_work_since: Option<Date> = Shape::Day, "开始放射工作日期", "first day of radiation work anywhere";
    }

    /// A person's file is opened.
    pub struct Registered {
        institution: Uuid = Shape::Id("institution"), "建档机构", "institution that opens the file";
        name: Sealed = Shape::Sealed(&PERSON_NAME, Subject::Record), "姓名", "name";
        id_type: IdDocument = Shape::Code(&IdDocument::LIST), "证件类型", "kind of identity document";
        resident_no: Option<Sealed> = Shape::Sealed(&RESIDENT_NO, Subject::Record), "公民身份号码", "resident number";
        document_no: Option<Sealed> = Shape::Sealed(&DOCUMENT_NO, Subject::Record), "其他证件号码", "number of another document";
        phone: Option<Sealed> = Shape::Sealed(&PHONE, Subject::Record), "电话", "telephone";
        address: Option<Sealed> = Shape::Sealed(&PARAGRAPH, Subject::Record), "住址", "address";
        sex: Sex = Shape::Code(&Sex::LIST), "性别", "sex";
        birth_year: i64 = Shape::Integer(1900, 2100, ""), "出生年", "year of birth";
        adult_month: Option<CompactString> = MONTH, "成年月", "month in which he comes of age, of who was a minor when registered";
        radiation_work_since: Option<Date> = Shape::Day, "开始放射工作日期", "first day of radiation work anywhere";
    }

    /// Another telephone or address.
    pub struct ContactChanged {
        phone: Option<Sealed> = Shape::Sealed(&PHONE, Subject::Record), "电话", "telephone";
        address: Option<Sealed> = Shape::Sealed(&PARAGRAPH, Subject::Record), "住址", "address";
    }

    /// A correction of what stands in the clear or of what is sealed.
    pub struct Corrected {
        set: Option<signing::json::Object> = Shape::Members(<Profile as Data>::FIELDS), "更正为", "new values";
        clear: Option<Vec<CompactString>> = Shape::Names(<Profile as Data>::FIELDS), "清空", "members without a value";
        name: Option<Sealed> = Shape::Sealed(&PERSON_NAME, Subject::Record), "姓名更正为", "corrected name";
        id_type: Option<IdDocument> = Shape::Code(&IdDocument::LIST), "证件类型更正为", "corrected kind of document";
        resident_no: Option<Sealed> = Shape::Sealed(&RESIDENT_NO, Subject::Record), "公民身份号码更正为", "corrected resident number";
        document_no: Option<Sealed> = Shape::Sealed(&DOCUMENT_NO, Subject::Record), "其他证件号码更正为", "corrected number of another document";
    }

    /// The account with which the worker signs and reads.
    pub struct AccountLinked {
        account: Uuid = Shape::Id("account"), "本人账户", "the worker's account";
    }

    /// The worker asks for a correction.
    pub struct CorrectionRequested {
        what: Sealed = Shape::Sealed(&PARAGRAPH, Subject::Record), "请求更正的内容", "what he wants corrected";
    }

    /// Another holds his file.
    pub struct CustodyMoved {
        transfer: Uuid = Shape::Id("transfer"), "依据的流动", "the transfer by which it moved";
        institution: Option<Uuid> = Shape::Id("institution"), "管理单位", "institution that holds it";
        area: Option<CompactString> = AREA, "管理县区", "county in whose archive it lies, or that let it go";
        outside: bool = Shape::Flag, "已调往市外", "it left the city";
    }

    /// The answer to it.
    pub struct CorrectionDecided {
        request: EventRef = Shape::EventRef, "所答复的请求", "the request that is answered";
        accepted: bool = Shape::Flag, "是否同意", "whether it is accepted";
    }
}

events! {
    /// Events of a person.
    pub enum Event {
        Registered(Registered) = "person.registered", 1, [Entry], true, Optional, Person, "人员建档", "person registered";
        ContactChanged(ContactChanged) = "person.contact_changed", 1, [Entry], false, Required, Person, "联系方式变更", "contact changed";
        Corrected(Corrected) = "person.corrected", 1, [Correction], false, Forbidden, Person, "人员信息更正", "person corrected";
        AccountLinked(AccountLinked) = "person.account_linked", 1, [Entry], false, Forbidden, Person, "关联本人账户", "worker's account linked";
        CorrectionRequested(CorrectionRequested) = "person.correction_requested", 1, [Submission], false, Forbidden, Person, "本人请求更正", "correction requested by the worker";
        CorrectionDecided(CorrectionDecided) = "person.correction_decided", 1, [Examination], false, Forbidden, Person, "更正请求答复", "correction request decided";
        CustodyMoved(CustodyMoved) = "person.custody_moved", 1 since 5, [System], false, Forbidden, Service, "档案管理权转移", "custody moved";
    }
}

/// Type of the event by which a file passes to another holder.
pub const CUSTODY_MOVED: &str = "person.custody_moved";

/// Who holds a file: at each moment one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Custodian {
    /// An institution.
    Institution(Uuid),
    /// The archive of a county: who left radiation work, or whose employer is gone.
    Pool(CompactString),
    /// Somebody outside the city; the county that let it go keeps the copy.
    Outside(CompactString),
}

/// Since when somebody holds a file, and by which transfer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Custody {
    /// The institution that holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub institution: Option<Uuid>,
    /// The county in whose archive it lies, or that let it go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<CompactString>,
    /// It left the city.
    pub outside: bool,
    /// Day on which it came to him.
    pub since: Date,
    /// The transfer.
    pub transfer: Uuid,
}

/// A person.
#[derive(Debug, Clone, Serialize)]
pub struct Person {
    /// Institution that opened the file.
    pub institution: Uuid,
    /// Who holds the file since it moved; absent while that is who opened it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custody: Option<Custody>,
    /// What stands in the clear.
    #[serde(flatten)]
    pub profile: Profile,
    /// Name.
    pub name: SealedRef,
    /// Kind of identity document.
    pub id_type: IdDocument,
    /// Number of the resident card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resident_no: Option<SealedRef>,
    /// Number of another document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_no: Option<SealedRef>,
    /// Telephone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<SealedRef>,
    /// Address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<SealedRef>,
    /// The worker's account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Uuid>,
    /// Requests of the worker that wait for an answer.
    pub requests_open: u32,
    /// Who held it before each move, with the version that moved it.
    #[serde(skip)]
    held: Vec<(u32, Custodian)>,
    #[serde(skip)]
    requests: Vec<(Uuid, Hash)>,
    #[serde(skip)]
    origins: Origins,
}

impl Person {
    /// Who holds the file.
    #[must_use]
    pub fn custodian(&self) -> Custodian {
        let Some(custody) = &self.custody else { return Custodian::Institution(self.institution) };
        let area = || custody.area.clone().unwrap_or_default();
        match custody.institution {
            Some(institution) => Custodian::Institution(institution),
            None if custody.outside => Custodian::Outside(area()),
            None => Custodian::Pool(area()),
        }
    }

    /// Who held the file while this version was its last.
    #[must_use]
    pub fn custodian_at(&self, version: u32) -> Custodian {
        let moved = self.held.iter().find(|(moved, _)| *moved > version);
        moved.map_or_else(|| self.custodian(), |(_, before)| before.clone())
    }

    /// The institutions that held the file before.
    pub fn earlier_custodians(&self) -> impl Iterator<Item = Uuid> + '_ {
        self.held.iter().filter_map(|(_, before)| match before {
            Custodian::Institution(institution) => Some(*institution),
            Custodian::Pool(_) | Custodian::Outside(_) => None,
        })
    }

    /// Where an act on the file takes place: with who holds it, and, for the worker's own, at his account.
    ///
    /// # Errors
    /// A [`Need`](crate::record::Need) when the institution is not loaded.
    pub fn place(&self, facts: &dyn Facts) -> Result<Target, Stop> {
        let target = match self.custodian() {
            Custodian::Institution(institution) => super::of_institution(institution, facts)?,
            Custodian::Pool(area) | Custodian::Outside(area) => Target { area: Some(area), ..Target::default() },
        };
        Ok(Target { account: self.account, ..target })
    }

    /// Whether he is of age on a day (职业病防治法: nobody under 18 works with radiation). A month of coming of age
    /// counts from the first day of the next.
    #[must_use]
    pub fn is_adult(&self, day: Date) -> bool {
        match &self.profile.adult_month {
            Some(month) => day.to_string().as_str().get(..7).is_some_and(|today| today > month.as_str()),
            None => true,
        }
    }
}

const INSTITUTION: Rule = Rule {
    id: "person.institution",
    zh: "建档机构不存在、尚未审核通过或已注销",
    en: "The institution does not exist, is not approved, or has ended.",
    citation: product("§6"),
};
const DOCUMENT: Rule = Rule {
    id: "person.document",
    zh: "居民身份证填公民身份号码，其他证件填其他证件号码，二者只填其一",
    en: "A resident card takes the resident number, any other document its own: exactly one of the two.",
    citation: product("§6"),
};
const BORN: Rule = Rule {
    id: "person.born",
    zh: "出生年、成年月与今天不相符：未满18周岁者须填成年月，成年者不填",
    en: "Year of birth, month of coming of age and today do not fit: who is under 18 needs the month, who is of age has none.",
    citation: product("§6"),
};
const NOTHING: Rule =
    Rule {
        id: "person.nothing_changed", zh: "没有任何更改", en: "Nothing is changed.", citation: product("§6")
    };
const ACCOUNT: Rule = Rule {
    id: "person.account",
    zh: "该账户不存在、未启用，或不是本机构的从业人员账户",
    en: "The account does not exist, is not open, or is no worker's account of this institution.",
    citation: product("§6"),
};
const REQUEST: Rule = Rule {
    id: "person.request",
    zh: "所答复的更正请求不存在或已答复",
    en: "The request does not exist or was answered.",
    citation: Citation { instrument: &PERSONAL_INFORMATION, clause: "第四十六条" },
};

/// Index key of the persons whose files an institution opened.
#[must_use]
pub fn institution_key(institution: Uuid) -> CompactString {
    format!("institution/{institution}/persons").into()
}

/// Reference to a person.
#[must_use]
pub fn reference(id: Uuid) -> RecordRef {
    RecordRef { kind: Kind::Person.as_str().into(), id }
}

/// Whether there is a file of this worker.
///
/// # Errors
/// A [`Need`](crate::record::Need) when it is not loaded.
pub fn has_file(person: &RecordRef, facts: &dyn Facts) -> Result<bool, Stop> {
    let entry = facts.entry(person)?;
    Ok(entry.is_some_and(|entry| entry.state.person().is_some()))
}

impl Record for Person {
    const KIND: Kind = Kind::Person;
    type Event = Event;
    const TYPES: &'static [EventType] = Event::TYPES;

    fn target(state: Option<&Self>, event: &Event, _: &About<'_>, facts: &dyn Facts) -> Result<Target, Stop> {
        match (event, state) {
            (Event::Registered(registered), _) => super::of_institution(registered.institution, facts),
            (_, Some(person)) => person.place(facts),
            (_, None) => Err(Stop::code(Code::BadReference, "/record")),
        }
    }

    fn admit(state: Option<&Self>, event: &Event, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
        not_in_future(about)?;
        let Some(person) = state else {
            let Event::Registered(registered) = event else { return Err(Stop::code(Code::BadReference, "/record")) };
            ensure(super::is_open_institution(registered.institution, facts)?, &INSTITUTION, "/data/institution")?;
            let numbers = (registered.resident_no.is_some(), registered.document_no.is_some());
            document_fits(registered.id_type, numbers)?;
            return born(&profile_of(registered), about.day);
        };
        match event {
            Event::Registered(_) | Event::CustodyMoved(_) => Ok(()),
            Event::ContactChanged(contact) => {
                ensure(contact.phone.is_some() || contact.address.is_some(), &NOTHING, "/data")
            }
            Event::Corrected(corrected) => {
                corrects_one_of(about, &["person.registered", "person.contact_changed", "person.corrected"])?;
                let change = change_of(&corrected.set, &corrected.clear);
                let sealed = corrected.name.is_some() || corrected.id_type.is_some();
                let numbers = (corrected.resident_no.is_some(), corrected.document_no.is_some());
                if !sealed && numbers == (false, false) {
                    change_is_sound(&change)?;
                }
                // Kind and number of a document are corrected together or the number alone.
                if corrected.id_type.is_some() || numbers != (false, false) {
                    document_fits(corrected.id_type.unwrap_or(person.id_type), numbers)?;
                }
                let after = changed(&person.profile, &change);
                ensure(after.birth_year <= i64::from(about.day.0.year()), &BORN, "/data/set/birth_year")
            }
            Event::AccountLinked(linked) => {
                let authority = facts.authority(linked.account)?;
                let worker = authority.account.as_ref().is_some_and(|account| {
                    account.is_open()
                        && account.level == crate::codes::Level::Worker
                        && account.org.map(Custodian::Institution) == Some(person.custodian())
                });
                ensure(worker, &ACCOUNT, "/data/account")
            }
            Event::CorrectionRequested(_) => Ok(()),
            Event::CorrectionDecided(decided) => {
                let open = person.requests.contains(&(decided.request.event, decided.request.hash));
                ensure(open, &REQUEST, "/data/request")
            }
        }
    }

    fn evolve(state: Option<Self>, event: Event, about: &About<'_>) -> Self {
        let sealed = |value: Option<Sealed>, name: &str| value.map(|value| SealedRef::new(value, about, name));
        let Some(mut person) = state else {
            let Event::Registered(registered) = event else { unreachable!("a person begins with person.registered") };
            return Self {
                institution: registered.institution,
                custody: None,
                profile: profile_of(&registered),
                name: SealedRef::new(registered.name, about, "name"),
                id_type: registered.id_type,
                resident_no: sealed(registered.resident_no, "resident_no"),
                document_no: sealed(registered.document_no, "document_no"),
                phone: sealed(registered.phone, "phone"),
                address: sealed(registered.address, "address"),
                account: None,
                requests_open: 0,
                held: Vec::new(),
                requests: Vec::new(),
                origins: Origins::new(about.origin()),
            };
        };
        match event {
            Event::Registered(_) => unreachable!("a person is registered once"),
            Event::ContactChanged(contact) => {
                person.phone = sealed(contact.phone, "phone").or(person.phone);
                person.address = sealed(contact.address, "address").or(person.address);
            }
            Event::Corrected(corrected) => {
                let change = change_of(&corrected.set, &corrected.clear);
                let Self { origins, profile, .. } = &mut person;
                origins.apply(profile, &change, about.origin());
                person.name = sealed(corrected.name, "name").unwrap_or(person.name);
                person.id_type = corrected.id_type.unwrap_or(person.id_type);
                if corrected.resident_no.is_some() || corrected.document_no.is_some() {
                    person.resident_no = sealed(corrected.resident_no, "resident_no");
                    person.document_no = sealed(corrected.document_no, "document_no");
                }
            }
            Event::AccountLinked(linked) => person.account = Some(linked.account),
            Event::CustodyMoved(moved) => {
                let CustodyMoved { transfer, institution, area, outside } = moved;
                person.held.push((about.statement.version, person.custodian()));
                person.custody = Some(Custody { institution, area, outside, since: about.day, transfer });
            }
            Event::CorrectionRequested(_) => person.requests.push((about.statement.id, about.hash)),
            Event::CorrectionDecided(decided) => person.requests.retain(|(id, _)| *id != decided.request.event),
        }
        person.requests_open = u32::try_from(person.requests.len()).unwrap_or(u32::MAX);
        person
    }

    fn belongs_to(&self) -> Option<RecordRef> {
        match self.custodian() {
            Custodian::Institution(institution) => Some(institution::reference(institution)),
            Custodian::Pool(_) | Custodian::Outside(_) => None,
        }
    }

    fn begins_under(event: &Event) -> Option<RecordRef> {
        match event {
            Event::Registered(registered) => Some(institution::reference(registered.institution)),
            _ => None,
        }
    }

    fn keys(event: &Event, _: &About<'_>) -> Vec<CompactString> {
        match event {
            Event::Registered(registered) => vec![institution_key(registered.institution)],
            _ => Vec::new(),
        }
    }

    fn sealed_claims(&self) -> Vec<SealedClaim> {
        let number = self.resident_no.iter().chain(&self.document_no);
        number.map(|sealed| identity_claim(self.id_type, sealed.clone())).collect()
    }
}

/// The claim of an identity document.
#[must_use]
pub fn identity_claim(id_type: IdDocument, number: SealedRef) -> SealedClaim {
    SealedClaim { name: "person_identity", parts: vec![id_type.as_str().into()], sealed: number }
}

/// The digest by which the holder of an identity document is looked up, under the installation's secret.
#[must_use]
pub fn identity_digest(secret: &[u8; 32], id_type: IdDocument, number: &str) -> [u8; 32] {
    // The claim looks at the value, not at the seal it lies behind.
    let anywhere = SealedRef { seal: Hash([0; 32]), event: Uuid::nil(), pointer: CompactString::default() };
    identity_claim(id_type, anywhere).opened(secret, number).digest()
}

fn profile_of(registered: &Registered) -> Profile {
    Profile {
        sex: registered.sex,
        birth_year: registered.birth_year,
        adult_month: registered.adult_month.clone(),
        radiation_work_since: registered.radiation_work_since,
    }
}

fn document_fits(id_type: IdDocument, numbers: (bool, bool)) -> Result<(), Stop> {
    let fits = if id_type == IdDocument::Resident { (true, false) } else { (false, true) };
    ensure(numbers == fits, &DOCUMENT, "/data/id_type")
}

/// Year of birth and month of coming of age against the day of registration. In the year in which he becomes 18 only
/// the month can tell.
fn born(profile: &Profile, day: Date) -> Result<(), Stop> {
    let age = i64::from(day.0.year()) - profile.birth_year;
    let fits = match &profile.adult_month {
        None => age >= 18,
        Some(month) => {
            let year = month.get(..4).and_then(|year| year.parse::<i64>().ok());
            (0..=18).contains(&age) && year == Some(profile.birth_year + 18)
        }
    };
    ensure(fits, &BORN, "/data/birth_year")
}
