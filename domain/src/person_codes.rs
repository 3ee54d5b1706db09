//! Code lists of persons and their work, with the check digit of the resident number.

use signing::bytes::Date;

use crate::codes;
use crate::field::{Form, Shape};

codes! {
    /// Sex, GB/T 2261.1.
    pub enum Sex = "SEX" {
        Unknown = "0", "未知", "unknown";
        Male = "1", "男", "male";
        Female = "2", "女", "female";
        NotSaid = "9", "未说明", "not stated";
    }

    /// Kind of identity document.
    pub enum IdDocument = "ID_DOCUMENT" {
        Resident = "01", "居民身份证", "resident identity card";
        Passport = "02", "护照", "passport";
        HongKongMacao = "03", "港澳居民来往内地通行证", "travel permit of Hong Kong and Macao residents";
        Taiwan = "04", "台湾居民来往大陆通行证", "travel permit of Taiwan residents";
        ForeignResident = "05", "外国人永久居留身份证", "permanent residence card of foreigners";
        Other = "09", "其他", "other";
    }

    /// Occupational category of exposure, annex of GBZ 128-2019. The certificate of Order 55 has a list of its own.
    pub enum OccupationalCategory = "GBZ128" {
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
        NuclearShips = "5A", "核舰艇及支持设备", "nuclear ships and support facilities";
        DefenceOther = "5B", "其他国防活动", "other defence activities";
        Education = "6A", "教育", "education";
        Veterinary = "6B", "兽医学", "veterinary medicine";
        Other = "6C", "其他", "other";
    }

    /// What marks a post beyond its category.
    pub enum PostTag = "POST_TAG" {
        InRoom = "IN_ROOM", "同室操作", "works in the room";
        InternalRisk = "INTERNAL_RISK", "非密封源操作", "handles unsealed sources";
        Emergency = "EMERGENCY", "应急", "emergency";
        HighField = "HIGH_FIELD", "强辐射场", "high radiation field";
        Respirator = "RESPIRATOR", "需呼吸防护", "needs respiratory protection";
    }

    /// State of an employment.
    pub enum EmploymentState = "EMPLOYMENT_STATE" {
        Planned = "PLANNED", "拟上岗", "planned";
        Active = "ACTIVE", "在岗", "active";
        Suspended = "SUSPENDED", "暂时脱离", "suspended from radiation work";
        OnLeave = "ON_LEAVE", "离岗休假", "on leave";
        Ended = "ENDED", "已离岗", "ended";
    }

    /// Why a worker is away from radiation work for a time.
    pub enum AbsenceReason = "ABSENCE_REASON" {
        Suspension = "SUSPENSION", "暂时脱离放射工作", "suspended from radiation work";
        Study = "STUDY", "进修", "study";
        Maternity = "MATERNITY", "产假", "maternity";
        Sick = "SICK", "病假", "sickness";
        Secondment = "SECONDMENT", "借调", "secondment";
    }

    /// Why an employment ended.
    pub enum EndReason = "END_REASON" {
        TransferInCity = "TRANSFER_IN_CITY", "市内调动", "moved within the city";
        TransferOutCity = "TRANSFER_OUT_CITY", "调往市外", "moved out of the city";
        ChangePost = "CHANGE_POST", "调离放射岗位", "moved to other work";
        Retire = "RETIRE", "退休", "retired";
        Resign = "RESIGN", "辞职", "resigned";
        Death = "DEATH", "死亡", "died";
        Unfit = "UNFIT", "不适宜从事放射工作", "unfit for radiation work";
        Other = "OTHER", "其他", "other";
    }
}

/// Number of a resident identity card: 18 characters with the check character of GB 11643-1999. Any division is
/// taken, former ones too: the first six digits are those of the first registration.
pub const RESIDENT_NO: Shape =
    Shape::Text(18, 18, &Form { name: "resident_no", pattern: "^[1-9][0-9]{16}[0-9X]$", check: resident_no_ok });

/// Number of another identity document.
pub const DOCUMENT_NO: Shape = Shape::Text(
    5,
    30,
    &Form {
        name: "document_no",
        pattern: "^[0-9A-Z()/-]{5,30}$",
        check: |text| text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase() || b"()/-".contains(&b)),
    },
);

/// A month, `YYYY-MM`.
pub const MONTH: Shape = Shape::Text(
    7,
    7,
    &Form {
        name: "month",
        pattern: "^[0-9]{4}-(0[1-9]|1[0-2])$",
        check: |text| format!("{text}-01").parse::<Date>().is_ok(),
    },
);

/// Whether the date of birth exists and the check character is right (weights 2^(18−i) mod 11).
#[must_use]
pub fn resident_no_ok(number: &str) -> bool {
    let Some((digits, check)) = number.split_at_checked(17) else { return false };
    if check.len() != 1 || digits.starts_with('0') || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let born = format!("{}-{}-{}", &digits[6..10], &digits[10..12], &digits[12..14]);
    let sum = digits.bytes().fold(0, |sum, digit| (sum * 2 + u32::from(digit - b'0')) % 11) * 2 % 11;
    born.parse::<Date>().is_ok() && b"10X98765432"[sum as usize] == check.as_bytes()[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_numbers() {
        let good = [
            "11010519491231002X",
            "440524188001010014",
            "511502199001010019",
            "511502199001010027",
            "511521197506301129",
            "51252519881120043X",
            "511525198811200439",
            "511503200803010012",
        ];
        for number in good {
            assert!(resident_no_ok(number), "{number}");
        }
        let bad =
            ["511502199002300019", "511502199001010018", "51150219900101001x", "5115021990010100", "", "一二三四五六"];
        for number in bad {
            assert!(!resident_no_ok(number), "{number}");
        }
    }
}
