//! A device: radiological equipment of one institution, from delivery to disposal.
//!
//! A device is put in use once it has its acceptance test (放射诊疗管理规定 Art. 20), after installation and again after the
//! repair of a major part; one that was in use before this system is a reported fact, flagged legacy. A fact is recorded
//! when it has happened; a late one does not overturn what counts from a later day.
//!
//! States: registered → installed → in use ⇄ standby ⇄ repair ⇄ out of service → decommissioned.

use compact_str::CompactString;
use serde::Serialize;
use signing::bytes::Date;
use signing::statement::RecordRef;
use uuid::Uuid;

use super::device_test::evidence_of;
use super::{change_is_sound, change_of, changed, corrects_one_of, institution, not_in_future};
use crate::catalog::{EventType, Kind};
use crate::codes::{DeviceKind, DeviceState, DisposalMethod, RayClass, StateReason};
use crate::field::{Change, Data, Form, LINE, PARAGRAPH, Shape};
use crate::law::{Citation, RADIOLOGY, product};
use crate::qc::may_be_used;
use crate::qc_codes::MajorComponent;
use crate::record::{About, Claim, Facts, Origin, Origins, Record, Stop, Target, ensure};
use crate::refusal::{Code, Rule};
use crate::{data, events};

const ACTIVITY: Shape = Shape::Text(
    1,
    25,
    &Form {
        name: "activity_bq",
        pattern: "^(0|[1-9][0-9]{0,24})$",
        check: |text| text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0')),
    },
);

data! {
    /// What a device is.
    pub struct Profile {
        institution: Uuid = Shape::Id("institution"), "使用机构", "institution";
        kind: DeviceKind = Shape::Code(&DeviceKind::LIST), "设备类别", "kind";
        device_no: CompactString = Shape::Text(1, 40, &crate::field::FREE), "单位内编号", "number within the institution";
        name: CompactString = LINE, "设备名称", "name";
        model: Option<CompactString> = LINE, "型号", "model";
        maker: CompactString = LINE, "生产厂家", "maker";
        factory_no: CompactString = Shape::Text(1, 60, &crate::field::FREE), "出厂编号", "factory number";
        tube_voltage_v: Option<i64> = Shape::Integer(0, 1_000_000, "V"), "最大管电压", "maximum tube voltage";
        tube_current_ua: Option<i64> = Shape::Integer(0, 10_000_000, "µA"), "最大管电流", "maximum tube current";
        energy_kev: Option<i64> = Shape::Integer(0, 1_000_000, "keV"), "最大能量", "maximum energy";
        nuclide: Option<CompactString> = Shape::Text(1, 20, &crate::field::FREE), "核素", "nuclide";
        activity_bq: Option<CompactString> = ACTIVITY, "活度", "activity in becquerel";
        made_on: Option<Date> = Shape::Day, "出厂日期", "made on";
        bought_on: Option<Date> = Shape::Day, "购置日期", "bought on";
        location: CompactString = LINE, "所在场所", "location";
        ray_class: Option<RayClass> = Shape::Code(&RayClass::LIST), "射线装置分类", "class of ray device";
    }

    /// Installed at a place.
    pub struct Installed {
        location: CompactString = LINE, "安装场所", "location";
    }

    /// Put into use.
    pub struct PutInUse {
        legacy: bool = Shape::Flag, "系统启用前已在用", "in use before this system knew its acceptance test";
    }

    /// A major part was repaired or exchanged.
    pub struct Repaired {
        component: MajorComponent = Shape::Code(&MajorComponent::LIST), "重要部件", "component";
    }

    /// Another state.
    pub struct StateChanged {
        to: DeviceState = Shape::Code(&DeviceState::LIST), "变更后状态", "new state";
        why: StateReason = Shape::Code(&StateReason::LIST), "原因", "why";
    }

    /// A correction.
    pub struct Corrected {
        set: Option<signing::json::Object> = Shape::Members(<Profile as Data>::FIELDS), "更正为", "new values";
        clear: Option<Vec<CompactString>> = Shape::Names(<Profile as Data>::FIELDS), "清空", "members without a value";
    }

    /// Out of service for good.
    pub struct Decommissioned {
        method: DisposalMethod = Shape::Code(&DisposalMethod::LIST), "处置方式", "method";
        evidence: CompactString = PARAGRAPH, "去功能化证明", "evidence that it was disabled";
    }
}

events! {
    /// Events of a device.
    pub enum Event {
        Registered(Profile) = "device.registered", 1, [Entry], true, Optional, Person, "设备登记", "device registered";
        Installed(Installed) = "device.installed", 1, [Entry], false, Required, Person, "设备安装", "device installed";
        Moved(Installed) = "device.moved", 1, [Entry], false, Required, Person, "设备移位", "device moved within the institution";
        PutInUse(PutInUse) = "device.put_in_use", 1, [Entry], false, Required, Person, "设备启用", "device put in use";
        StateChanged(StateChanged) = "device.state_changed", 1, [Entry], false, Required, Person, "设备状态变更", "device state changed";
        Repaired(Repaired) = "device.repaired", 1 since 5, [Entry], false, Required, Person, "重要部件维修更换", "major part of a device repaired";
        Corrected(Corrected) = "device.corrected", 1, [Correction], false, Forbidden, Person, "设备更正", "device corrected";
        Decommissioned(Decommissioned) = "device.decommissioned", 1, [Declaration], false, Required, Person, "设备报废", "device decommissioned";
    }
}

/// A device.
#[derive(Debug, Clone, Serialize)]
pub struct Device {
    /// What it is.
    #[serde(flatten)]
    pub profile: Profile,
    /// State.
    pub state: DeviceState,
    /// Day from which the state counts.
    pub state_since: Origin,
    /// First day in use, once it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_use_since: Option<Date>,
    /// True when it was put in use without an acceptance test in this ledger.
    pub legacy: bool,
    /// The last repair of a major part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repaired: Option<Repair>,
    /// Last day on which it was installed.
    #[serde(skip)]
    pub installed_on: Option<Date>,
    /// Its times in use, in order.
    #[serde(skip)]
    pub uses: Vec<Use>,
    /// From when it counts as put in use for the last time.
    #[serde(skip)]
    put_in_use: Option<Origin>,
    #[serde(skip)]
    origins: Origins,
}

/// A time in which a device was in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use {
    /// First day.
    pub from: Date,
    /// Day on which it was stopped; none while it is in use.
    pub until: Option<Date>,
}

/// The repair of a major part.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Repair {
    /// The part.
    pub component: MajorComponent,
    /// When, and which version entered it.
    #[serde(flatten)]
    pub origin: Origin,
}

impl Device {
    /// Whether a major part was repaired since it was last put in use: it is used again after another acceptance test.
    #[must_use]
    pub fn awaits_acceptance(&self) -> bool {
        self.repaired.is_some_and(|repair| self.put_in_use.is_none_or(|put| put < repair.origin))
    }

    /// First day of the time in which it is in use now.
    #[must_use]
    pub fn used_from(&self) -> Option<Date> {
        self.uses.last().filter(|last| last.until.is_none()).map(|last| last.from)
    }

    /// Day on which it was stopped for the last time; none while it is in use, and of one that never was.
    #[must_use]
    pub fn stopped_on(&self) -> Option<Date> {
        self.uses.last().and_then(|last| last.until)
    }

    fn count_use(&mut self, to: DeviceState, day: Date) {
        match self.uses.last_mut().filter(|last| last.until.is_none()) {
            Some(last) if to != DeviceState::InUse => last.until = Some(day),
            None if to == DeviceState::InUse => self.uses.push(Use { from: day, until: None }),
            _ => {}
        }
    }

    /// How it stands for the law: in use from before it was entered here is in use, though its first entry is of a later day.
    #[must_use]
    pub fn stands(&self) -> DeviceState {
        let entered = matches!(self.state, DeviceState::Registered | DeviceState::Installed);
        if entered && self.put_in_use.is_some() { DeviceState::InUse } else { self.state }
    }

    /// The day from which its acceptance test must be: it was installed then, or repaired in a major part.
    #[must_use]
    pub fn to_be_tested_since(&self) -> Option<Date> {
        self.installed_on.max(self.repaired.map(|repair| repair.origin.date))
    }
}

const INSTITUTION: Rule = Rule {
    id: "device.institution",
    zh: "使用机构不存在、尚未审核通过或已注销",
    en: "The institution does not exist, is not approved, or has ended.",
    citation: product("§6"),
};
const FIXED: Rule = Rule {
    id: "device.institution_fixed",
    zh: "设备不能更换使用机构：请报废后由新机构登记",
    en: "A device does not change its institution: dispose of it here and register it there.",
    citation: product("§6"),
};
const TRANSITION: Rule = Rule {
    id: "device.transition",
    zh: "设备当前状态不允许此变更",
    en: "The device is not in a state from which this can follow.",
    citation: product("§6"),
};
const ACCEPTANCE: Rule = Rule {
    id: "device.acceptance",
    zh: "新启用设备须先有验收检测记录；系统启用前已在用的请标明",
    en: "A device put in use needs its acceptance test; mark one that was in use before this system.",
    citation: Citation { instrument: &RADIOLOGY, clause: "第二十条" },
};
const RETURNS: Rule = Rule {
    id: "device.returns_to_use",
    zh: "重要部件维修更换后，须先有验收检测，再以设备启用恢复使用",
    en: "After the repair of a major part a device is put in use again, once it has its acceptance test.",
    citation: Citation { instrument: &RADIOLOGY, clause: "第二十条" },
};
const ENDED: Rule = Rule {
    id: "device.decommissioned",
    zh: "设备已报废，只能更正",
    en: "The device is decommissioned: it can only be corrected.",
    citation: product("§6"),
};
const IN_USE: Rule = Rule {
    id: "device.still_in_use",
    zh: "请先停用设备再报废",
    en: "Take the device out of use before it is decommissioned.",
    citation: product("§6"),
};
const VALUES: Rule = Rule {
    id: "device.values",
    zh: "出厂日期不能晚于购置日期",
    en: "A device is not made after it was bought.",
    citation: product("§6"),
};

/// Reference to a device.
#[must_use]
pub fn reference(id: Uuid) -> RecordRef {
    RecordRef { kind: Kind::Device.as_str().into(), id }
}

/// Index key of the devices of an institution.
#[must_use]
pub fn institution_key(institution: Uuid) -> CompactString {
    format!("institution/{institution}/devices").into()
}

impl Record for Device {
    const KIND: Kind = Kind::Device;
    type Event = Event;
    const TYPES: &'static [EventType] = Event::TYPES;

    fn target(state: Option<&Self>, event: &Event, _: &About<'_>, facts: &dyn Facts) -> Result<Target, Stop> {
        let institution = match (event, state) {
            (Event::Registered(profile), _) => profile.institution,
            (_, Some(device)) => device.profile.institution,
            (_, None) => return Err(Stop::code(Code::BadReference, "/record")),
        };
        super::of_institution(institution, facts)
    }

    fn admit(state: Option<&Self>, event: &Event, about: &About<'_>, facts: &dyn Facts) -> Result<(), Stop> {
        not_in_future(about)?;
        let Some(device) = state else {
            let Event::Registered(profile) = event else { return Err(Stop::code(Code::BadReference, "/record")) };
            open_institution(profile.institution, facts)?;
            return values_are_sound(profile);
        };
        if let Event::Corrected(corrected) = event {
            let change = change_of(&corrected.set, &corrected.clear);
            change_is_sound(&change)?;
            ensure(!change.members().any(|name| name == "institution"), &FIXED, "/data/set/institution")?;
            corrects_one_of(about, &["device.registered", "device.installed", "device.moved", "device.corrected"])?;
            return values_are_sound(&changed(&device.profile, &change));
        }
        ensure(device.state != DeviceState::Decommissioned, &ENDED, "")?;
        match event {
            Event::Decommissioned(_) => ensure(device.state != DeviceState::InUse, &IN_USE, ""),
            Event::PutInUse(put) => {
                open_institution(device.profile.institution, facts)?;
                let first = device.in_use_since.is_none();
                ensure(first || device.awaits_acceptance(), &TRANSITION, "")?;
                let admitted = if put.legacy { first } else { is_accepted(device, about, facts)? };
                ensure(admitted, &ACCEPTANCE, "/data/legacy")
            }
            Event::StateChanged(changed) => {
                let later =
                    matches!(changed.to, DeviceState::Standby | DeviceState::Repair | DeviceState::OutOfService)
                        || (changed.to == DeviceState::InUse && device.in_use_since.is_some());
                ensure(later && changed.to != device.state, &TRANSITION, "/data/to")?;
                if changed.to == DeviceState::InUse {
                    ensure(!device.awaits_acceptance(), &RETURNS, "/data/to")?;
                    open_institution(device.profile.institution, facts)
                } else {
                    Ok(())
                }
            }
            Event::Installed(_) | Event::Moved(_) => open_institution(device.profile.institution, facts),
            Event::Repaired(_) | Event::Registered(_) | Event::Corrected(_) => Ok(()),
        }
    }

    fn evolve(state: Option<Self>, event: Event, about: &About<'_>) -> Self {
        let origin = about.origin();
        let Some(mut device) = state else {
            let Event::Registered(profile) = event else { unreachable!("a device begins with device.registered") };
            let state = DeviceState::Registered;
            return Self {
                profile,
                state,
                state_since: origin,
                in_use_since: None,
                legacy: false,
                repaired: None,
                installed_on: None,
                uses: Vec::new(),
                put_in_use: None,
                origins: Origins::new(origin),
            };
        };
        let turn = |device: &mut Self, to| {
            if origin >= device.state_since {
                device.count_use(to, origin.date);
                device.state = to;
                device.state_since = origin;
            }
        };
        match event {
            Event::Registered(_) => unreachable!("a device is registered once"),
            Event::Installed(installed) => {
                relocate(&mut device, installed.location, origin);
                device.installed_on = device.installed_on.max(Some(origin.date));
                if device.state == DeviceState::Registered {
                    turn(&mut device, DeviceState::Installed);
                }
            }
            Event::Moved(moved) => relocate(&mut device, moved.location, origin),
            Event::PutInUse(put) => {
                device.in_use_since.get_or_insert(about.date());
                device.legacy = put.legacy;
                device.put_in_use = device.put_in_use.max(Some(origin));
                if origin < device.state_since {
                    device.count_use(device.stands(), origin.date);
                }
                turn(&mut device, DeviceState::InUse);
            }
            Event::Repaired(Repaired { component }) => {
                if device.repaired.is_none_or(|repair| repair.origin <= origin) {
                    device.repaired = Some(Repair { component, origin });
                }
            }
            Event::StateChanged(changed) => turn(&mut device, changed.to),
            Event::Corrected(corrected) => {
                let Self { origins, profile, .. } = &mut device;
                origins.apply(profile, &change_of(&corrected.set, &corrected.clear), origin);
            }
            Event::Decommissioned(_) => {
                device.count_use(DeviceState::Decommissioned, origin.date);
                device.state = DeviceState::Decommissioned;
                device.state_since = origin;
            }
        }
        device
    }

    fn belongs_to(&self) -> Option<RecordRef> {
        Some(institution::reference(self.profile.institution))
    }

    fn begins_under(event: &Event) -> Option<RecordRef> {
        match event {
            Event::Registered(profile) => Some(institution::reference(profile.institution)),
            _ => None,
        }
    }

    fn keys(event: &Event, _: &About<'_>) -> Vec<CompactString> {
        match event {
            Event::Registered(profile) => vec![institution_key(profile.institution)],
            _ => Vec::new(),
        }
    }

    fn claims(&self, _: Uuid) -> Vec<Claim> {
        let profile = &self.profile;
        vec![
            Claim::new("device_serial", [profile.maker.as_str(), profile.factory_no.as_str()]),
            Claim::new("device_no", [profile.institution.to_string().as_str(), profile.device_no.as_str()]),
        ]
    }
}

/// Whether its acceptance test was passed on or after the day of its installation or last major repair.
fn is_accepted(device: &Device, about: &About<'_>, facts: &dyn Facts) -> Result<bool, Stop> {
    let tests = evidence_of(about.record(), facts)?;
    Ok(may_be_used(&tests, device.to_be_tested_since(), about.date()))
}

fn relocate(device: &mut Device, location: CompactString, origin: Origin) {
    let set = vec![("location".into(), signing::json::Value::Text(location))];
    device.origins.apply(&mut device.profile, &Change { set, clear: Vec::new() }, origin);
}

fn open_institution(institution: Uuid, facts: &dyn Facts) -> Result<(), Stop> {
    ensure(super::is_open_institution(institution, facts)?, &INSTITUTION, "/data/institution")
}

fn values_are_sound(profile: &Profile) -> Result<(), Stop> {
    let dates = match (profile.made_on, profile.bought_on) {
        (Some(made), Some(bought)) => made <= bought,
        _ => true,
    };
    ensure(dates, &VALUES, "/data/made_on")
}
