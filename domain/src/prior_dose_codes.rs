//! Code list of the city's opinion on the dose that a worker brings with him (design D10).

use crate::codes;

codes! {
    /// Whether a worker may begin with the dose of before.
    pub enum PriorDoseOpinion = "PRIOR_DOSE_OPINION" {
        MayBegin = "MAY_BEGIN", "可以上岗", "may begin";
        MayNot = "MAY_NOT", "本年度内不得上岗", "may not begin this year";
    }
}
