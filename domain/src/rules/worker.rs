//! What a worker's file says of posts, trainings and certificates, as the rules look at it.

use signing::bytes::Date;
use uuid::Uuid;

use super::Look;
use super::look::Seen;
use crate::person_codes::{EmploymentState, OccupationalCategory};
use crate::record::{Entry, Need};
use crate::records::{certificate, employment, training_record};
use crate::training::Passed;

/// A post of a worker, as it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Post {
    /// The employment.
    pub employment: Uuid,
    /// Employer.
    pub institution: Uuid,
    /// Occupational category.
    pub category: OccupationalCategory,
    /// State.
    pub state: EmploymentState,
    /// Day from which it counts: of who is active, his first day since he was last away.
    pub since: Date,
    /// Last day on which the post became another one.
    pub changed_on: Option<Date>,
}

impl Post {
    /// Whether he works with radiation there.
    pub fn is_active(&self) -> bool {
        self.state == EmploymentState::Active
    }

    /// What tells one stretch of work from the next: who was away and comes back without his papers is another matter.
    pub fn stretch(&self) -> String {
        format!("{}/{}", self.employment, self.since)
    }
}

/// Every post of a worker.
pub(super) fn posts(person: Uuid, look: &Look<'_>) -> Result<Vec<Post>, Need> {
    let all = look.all(&employment::person_key(person))?;
    let posts = all.iter().filter_map(|(employment, entry)| {
        let post = entry.state.employment()?;
        Some(Post {
            employment: *employment,
            institution: post.institution,
            category: post.profile.category,
            state: post.state,
            since: post.state_since.date,
            changed_on: changed_on(entry),
        })
    });
    Ok(posts.collect())
}

fn changed_on(entry: &Entry) -> Option<Date> {
    let changes = entry.marks.iter().filter(|mark| mark.event_type == "employment.changed");
    changes.map(|mark| mark.origin.date).max()
}

/// The posts in which a worker works with radiation.
pub(super) fn active_posts(person: Uuid, look: &Look<'_>) -> Result<Vec<Post>, Need> {
    Ok(posts(person, look)?.into_iter().filter(Post::is_active).collect())
}

/// The trainings that a worker passed.
pub(super) fn trainings(person: Uuid, look: &Look<'_>) -> Result<Vec<(Uuid, Passed)>, Need> {
    let all = look.all(&training_record::person_key(person))?;
    Ok(all.iter().filter_map(|(id, entry)| Some((*id, entry.state.training_record()?.passed()?))).collect())
}

/// The certificates of a worker, with what is applied for.
pub(super) fn certificates(person: Uuid, look: &Look<'_>) -> Result<Seen, Need> {
    look.all(&certificate::person_key(person))
}
