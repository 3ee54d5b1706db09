//! The licences and devices of an institution, as the rules about licences look at them.

use signing::bytes::Date;
use uuid::Uuid;

use super::Look;
use super::look::Seen;
use crate::licence_codes::LicenceType;
use crate::record::{Mark, Need};
use crate::records::device::{self, Device, Use};
use crate::records::licence::{self, Licence};

/// What an institution holds.
pub(super) struct Holding {
    licences: Seen,
    devices: Seen,
}

impl Holding {
    pub(super) fn of(institution: Uuid, look: &Look<'_>) -> Result<Self, Need> {
        let licences = look.all(&licence::licences_key(institution))?;
        Ok(Self { licences, devices: look.all(&device::institution_key(institution))? })
    }

    /// Its licences of a type, also those that have ended.
    pub(super) fn licences(&self, type_: LicenceType) -> impl Iterator<Item = Held<'_>> {
        let all = self.licences.iter().filter_map(|(id, entry)| {
            let licence = entry.state.licence()?;
            Some(Held { id: *id, licence, marks: &entry.marks })
        });
        all.filter(move |held| held.licence.profile.type_ == type_)
    }

    /// Its devices, whatever their state.
    pub(super) fn devices(&self) -> impl Iterator<Item = (Uuid, &Device)> {
        self.devices.iter().filter_map(|(id, entry)| Some((*id, entry.state.device()?)))
    }
}

/// A licence with its events.
#[derive(Clone, Copy)]
pub(super) struct Held<'a> {
    pub(super) id: Uuid,
    pub(super) licence: &'a Licence,
    marks: &'a [Mark],
}

impl Held<'_> {
    /// Since when nobody may work under it, without a break.
    pub(super) fn stopped_since(&self) -> Option<Date> {
        let ends = ["licence.suspended", "licence.cancelled", "licence.revoked"];
        held_since(self.marks, &ends, &["licence.resumed"])
    }

    /// Since when it has ended.
    pub(super) fn ended_since(&self) -> Option<Date> {
        held_since(self.marks, &["licence.cancelled", "licence.revoked"], &[])
    }

    /// Last business date of an event of one of these types.
    pub(super) fn last(&self, types: &[&str]) -> Option<Date> {
        let named = self.marks.iter().filter(|mark| types.contains(&mark.event_type));
        named.map(|mark| mark.origin.date).max()
    }
}

/// Since when, without a break, what events of some types began has not been ended by others.
pub(super) fn held_since(marks: &[Mark], begins: &[&str], ends: &[&str]) -> Option<Date> {
    marks.iter().fold(None, |since, mark| match mark.event_type {
        begun if begins.contains(&begun) => since.or(Some(mark.origin.date)),
        ended if ends.contains(&ended) => None,
        _ => since,
    })
}

/// Since when at least one of these devices has been in use without a break; none when none is.
pub(super) fn used_since<'a>(devices: impl Iterator<Item = &'a Device>) -> Option<Date> {
    let uses: Vec<Use> = devices.flat_map(|device| device.uses.iter().copied()).collect();
    let mut since = uses.iter().filter(|used| used.until.is_none()).map(|used| used.from).min()?;
    let mut before: Vec<(Date, Date)> = uses.iter().filter_map(|used| Some((used.until?, used.from))).collect();
    before.sort_unstable();
    for (until, from) in before.into_iter().rev() {
        if until >= since {
            since = since.min(from);
        }
    }
    Some(since)
}
