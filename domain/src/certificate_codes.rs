//! Code lists of the certificate of a radiation worker (放射工作人员证; 放射工作人员职业健康管理办法 Art. 5, 6 and annex 2).
//!
//! Annex 2 has a list of occupational categories of its own: that of GBZ 128 without the military, and with research. The
//! two are never mixed; [`CertificateCategory::of`] says which one of the certificate a post needs.

use crate::codes;
use crate::person_codes::OccupationalCategory;

codes! {
    /// Occupational category on a certificate, annex 2 of Order 55.
    pub enum CertificateCategory = "CERT55" {
        UraniumMining = "1A", "铀矿开采", "uranium mining";
        UraniumMilling = "1B", "铀矿水冶", "uranium milling";
        Enrichment = "1C", "铀的浓缩和转化", "enrichment and conversion";
        FuelFabrication = "1D", "燃料制造", "fuel fabrication";
        ReactorOperation = "1E", "反应堆运行", "reactor operation";
        Reprocessing = "1F", "燃料后处理", "fuel reprocessing";
        FuelCycleResearch = "1G", "核燃料循环研究", "fuel-cycle research";
        DiagnosticRadiology = "2A", "诊断放射学", "diagnostic radiology";
        DentalRadiology = "2B", "牙科放射学", "dental radiology";
        NuclearMedicine = "2C", "核医学", "nuclear medicine";
        Radiotherapy = "2D", "放射治疗", "radiotherapy";
        InterventionalRadiology = "2E", "介入放射学", "interventional radiology";
        MedicalOther = "2F", "医学应用其他", "other medical uses";
        IndustrialIrradiation = "3A", "工业辐照", "industrial irradiation";
        IndustrialRadiography = "3B", "工业探伤", "industrial radiography";
        LuminousPaint = "3C", "发光涂料工业", "luminizing";
        IsotopeProduction = "3D", "放射性同位素生产", "radioisotope production";
        WellLogging = "3E", "测井", "well logging";
        AcceleratorOperation = "3F", "加速器运行", "accelerator operation";
        IndustrialOther = "3G", "工业应用其他", "other industrial uses";
        CivilAviation = "4A", "民用航空", "civil aviation";
        CoalMining = "4B", "煤矿开采", "coal mining";
        OtherMining = "4C", "其他矿藏开采", "other mineral mining";
        OilAndGas = "4D", "石油和天然气工业", "oil and gas industry";
        MineralProcessing = "4E", "矿物和矿石处理", "handling of minerals and ores";
        NaturalOther = "4F", "天然源其他", "other natural sources";
        Education = "5A", "教育", "education";
        Veterinary = "5B", "兽医学", "veterinary medicine";
        Research = "5C", "科学研究", "research";
        Other = "5D", "其他", "other";
    }

    /// State of a certificate.
    pub enum CertificateState = "CERTIFICATE_STATE" {
        Applied = "APPLIED", "已申请", "applied for";
        Supplement = "SUPPLEMENT", "待补正", "papers are missing";
        Refused = "REFUSED", "不予核发", "refused";
        Withdrawn = "WITHDRAWN", "已撤回", "withdrawn";
        Valid = "VALID", "有效", "valid";
        Cancelled = "CANCELLED", "已注销", "cancelled";
    }

    /// What an application lacks.
    pub enum CertificatePaper = "CERTIFICATE_PAPER" {
        Form = "FORM", "申请表", "application form";
        Identity = "IDENTITY", "身份证件", "identity document";
        Photo = "PHOTO", "照片", "photograph";
        Exam = "EXAM", "职业健康检查报告", "report of the health examination";
        Training = "TRAINING", "培训合格证明", "proof of training";
        Post = "POST", "岗位证明", "proof of the post";
        Other = "OTHER", "其他材料", "other papers";
    }

    /// Why a certificate is refused: the conditions of Art. 5, and papers that never came.
    pub enum CertificateRefusal = "CERTIFICATE_REFUSAL" {
        Age = "AGE", "未满18周岁", "under 18";
        Exam = "EXAM", "职业健康检查不符合要求", "the health examination does not do";
        Training = "TRAINING", "防护知识培训考核不合格", "not trained, or not passed";
        Conduct = "CONDUCT", "不遵守防护规定或不接受个人剂量监测", "does not keep to the rules, or is not monitored";
        Papers = "PAPERS", "材料不齐", "papers are missing";
        Authority = "AUTHORITY", "不属于本机关职权范围", "another authority decides";
        Other = "OTHER", "其他", "other";
    }

    /// Why a certificate is cancelled.
    pub enum CertificateEnd = "CERTIFICATE_END" {
        Left = "LEFT", "离开放射工作岗位", "left radiation work";
        Transferred = "TRANSFERRED", "调往其他单位", "moved to another employer";
        Unfit = "UNFIT", "不适宜从事放射工作", "unfit for radiation work";
        Deceased = "DECEASED", "死亡", "died";
        Revoked = "REVOKED", "被撤销", "revoked";
        Replaced = "LOST_REPLACED", "遗失补发", "lost and replaced";
        Other = "OTHER", "其他", "other";
    }

    /// What is entered in a certificate.
    pub enum CertificateEntryKind = "CERTIFICATE_ENTRY" {
        Dose = "DOSE_YEAR", "年度个人剂量", "dose of a year";
        Exam = "EXAM", "职业健康检查", "health examination";
        Training = "TRAINING", "防护知识培训", "training";
    }
}

impl CertificateCategory {
    /// The category of a certificate that a post of this category needs.
    #[must_use]
    pub fn of(post: OccupationalCategory) -> Self {
        use OccupationalCategory as O;
        match post {
            O::Education => Self::Education,
            O::Veterinary => Self::Veterinary,
            O::NuclearShips | O::DefenceOther | O::Other => Self::Other,
            same => Self::parse(same.as_str()).unwrap_or(Self::Other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_groups_are_the_same_and_the_fifth_is_another() {
        for post in OccupationalCategory::ALL {
            let mapped = CertificateCategory::of(*post);
            let expected = match post.as_str() {
                "5A" | "5B" | "6C" => "5D",
                "6A" => "5A",
                "6B" => "5B",
                same => same,
            };
            assert_eq!(mapped.as_str(), expected, "{}", post.as_str());
        }
        let labels = |list: &[(&str, &'static str, &'static str)], code: &str| {
            list.iter().find(|known| known.0 == code).map(|known| (known.1, known.2))
        };
        for post in OccupationalCategory::ALL.iter().filter(|post| post.as_str() < "5") {
            let code = post.as_str();
            let (ours, theirs) = (CertificateCategory::LIST.codes, OccupationalCategory::LIST.codes);
            assert_eq!(labels(ours, code), labels(theirs, code), "{code}");
        }
    }
}
