//! Code lists of personal dosimetry: who is exposed, why it is measured, with what, where on the body, and what a
//! reading is worth.
//!
//! They stand apart from [`crate::codes`], whose lists are those of the first catalogue. After their first release a
//! list is only added to.

use crate::codes;

codes! {
    /// Occupational category of exposure, annex of GBZ 128. The certificate of Order 55 has a list of its own in which
    /// group 5 means something else: the two are never mixed.
    pub enum ExposureCategory = "GBZ128" {
        UraniumMining = "1A", "铀矿开采", "uranium mining";
        UraniumMilling = "1B", "铀矿水冶", "uranium milling";
        Enrichment = "1C", "铀的浓缩和转化", "uranium enrichment and conversion";
        FuelFabrication = "1D", "燃料制造", "fuel fabrication";
        ReactorOperation = "1E", "反应堆运行", "reactor operation";
        Reprocessing = "1F", "燃料后处理", "fuel reprocessing";
        FuelCycleResearch = "1G", "核燃料循环研究", "fuel cycle research";
        DiagnosticRadiology = "2A", "诊断放射学", "diagnostic radiology";
        DentalRadiology = "2B", "牙科放射学", "dental radiology";
        NuclearMedicine = "2C", "核医学", "nuclear medicine";
        Radiotherapy = "2D", "放射治疗", "radiotherapy";
        InterventionalRadiology = "2E", "介入放射学", "interventional radiology";
        OtherMedical = "2F", "医学应用其他", "other medical uses";
        IndustrialIrradiation = "3A", "工业辐照", "industrial irradiation";
        IndustrialRadiography = "3B", "工业探伤", "industrial radiography";
        LuminousPaint = "3C", "发光涂料工业", "luminising";
        RadioisotopeProduction = "3D", "放射性同位素生产", "radioisotope production";
        WellLogging = "3E", "测井", "well logging";
        AcceleratorOperation = "3F", "加速器运行", "accelerator operation";
        OtherIndustrial = "3G", "工业应用其他", "other industrial uses";
        CivilAviation = "4A", "民用航空", "civil aviation";
        CoalMining = "4B", "煤矿开采", "coal mining";
        OtherMining = "4C", "其他矿藏开采", "other mining";
        OilAndGas = "4D", "石油和天然气工业", "oil and gas industry";
        MineralProcessing = "4E", "矿物和矿石处理", "processing of minerals and ores";
        OtherNatural = "4F", "天然源其他", "other natural sources";
        NuclearShips = "5A", "核舰艇及支持设备", "nuclear ships and their support";
        OtherDefence = "5B", "其他国防活动", "other defence activities";
        Education = "6A", "教育", "education";
        Veterinary = "6B", "兽医学", "veterinary medicine";
        Other = "6C", "其他", "other";
    }

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
