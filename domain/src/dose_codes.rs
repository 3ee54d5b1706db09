//! Code lists of personal dosimetry: who is exposed, why it is measured, with what, where on the body, and what a
//! reading is worth.
//!
//! They stand apart from [`crate::codes`], whose lists are those of the first catalogue. After their first release a
//! list is only added to.

use crate::codes;

codes! {
    /// Why a dose is monitored.
    pub enum MonitoringReason = "MONITORING_REASON" {
        Routine = "1", "常规监测", "routine";
        Task = "2", "任务相关监测", "task related";
        Special = "3", "特殊监测", "special";
        Accident = "4", "事故/应急监测", "accident or emergency";
        Retrospective = "5", "追溯（名义剂量）", "retrospective (nominal dose)";
    }

    /// Where on the body a dosimeter is worn.
    pub enum WearPosition = "WEAR_POSITION" {
        Chest = "CH", "躯干前（左胸）", "front of the trunk (left chest)";
        Collar = "CO", "铅围裙外锁骨领口", "collar, over the apron";
        UnderApron = "UA", "铅围裙内躯干", "trunk, under the apron";
        Back = "BK", "背部", "back";
        Head = "HD", "头箍", "head band";
        Eye = "EY", "眼旁", "beside the eye";
        Wrist = "WR", "腕部", "wrist";
        Ring = "RG", "指环", "finger ring";
        Ankle = "AK", "足踝", "ankle";
    }

    /// Kind of dosimeter.
    pub enum DosimeterKind = "DOSIMETER_KIND" {
        Tld = "TLD", "热释光", "thermoluminescent";
        Osl = "OSL", "光释光", "optically stimulated";
        Rpl = "RPL", "辐射光致发光", "radiophotoluminescent";
        Epd = "EPD", "电子剂量计", "electronic";
        Film = "FILM", "胶片", "film";
    }

    /// Radiation that a dosimeter answers to.
    pub enum Radiation = "RADIATION" {
        X = "X", "X射线", "X rays";
        Gamma = "G", "γ射线", "gamma rays";
        Beta = "B", "β射线", "beta rays";
        Neutron = "N", "中子", "neutrons";
    }

    /// What a result is worth.
    pub enum ResultFlag = "RESULT_FLAG" {
        Normal = "NORMAL", "正常", "measured";
        BelowMdl = "BELOW_MDL", "低于最低可探测水平", "below the minimum detectable level";
        NominalDirect = "NOMINAL_A", "名义剂量：同期直读剂量计", "nominal: concurrent direct reader";
        NominalWorkplace = "NOMINAL_B", "名义剂量：工作场所监测", "nominal: workplace";
        NominalCoworkers = "NOMINAL_C", "名义剂量：同岗位平均", "nominal: mean of co-workers";
        NominalPrevious = "NOMINAL_D", "名义剂量：上年剂量折算", "nominal: previous year by days";
        Lost = "LOST", "剂量计丢失", "dosimeter lost";
        Damaged = "DAMAGED", "剂量计损坏", "dosimeter damaged";
        Rejected = "REJECTED", "读数作废", "reading rejected";
        Corrected = "CORRECTED", "已更正", "corrected";
    }

    /// How effective dose follows from what was measured.
    pub enum EffectiveMethod = "EFFECTIVE_METHOD" {
        Single = "SINGLE", "单剂量计", "one dosimeter, no apron";
        Outside = "OUTSIDE", "铅围裙外单剂量计", "one dosimeter, outside the apron";
        Double = "DOUBLE", "双剂量计", "two dosimeters, under and over the apron";
    }

    /// Where a dosimeter is.
    pub enum DosimeterState = "DOSIMETER_STATE" {
        Issued = "ISSUED", "佩戴中", "issued";
        Returned = "RETURNED", "已收回", "returned";
        Lost = "LOST", "丢失", "lost";
        Damaged = "DAMAGED", "损坏", "damaged";
    }
}

impl ResultFlag {
    /// True when the value was assigned, not read: it may be smaller than what could have been read.
    #[must_use]
    pub fn is_nominal(self) -> bool {
        matches!(self, Self::NominalDirect | Self::NominalWorkplace | Self::NominalCoworkers | Self::NominalPrevious)
    }

    /// True when there is no value: the period was worn, the dose is not known.
    #[must_use]
    pub fn is_without_value(self) -> bool {
        matches!(self, Self::Lost | Self::Damaged | Self::Rejected)
    }
}

impl WearPosition {
    /// True when Hp(10) there stands for the whole body.
    #[must_use]
    pub fn is_of_the_body(self) -> bool {
        matches!(self, Self::Chest | Self::Collar | Self::UnderApron | Self::Back)
    }

    /// The other place of a double dosimeter.
    #[must_use]
    pub fn partner(self) -> Option<Self> {
        match self {
            Self::Collar => Some(Self::UnderApron),
            Self::UnderApron => Some(Self::Collar),
            _ => None,
        }
    }
}
