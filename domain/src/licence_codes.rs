//! Code lists of licences (放射诊疗管理规定 Art. 4, 11, 17, 18), with the class that each item belongs to.

use crate::codes;

codes! {
    /// Kind of licence that a copy is kept of.
    pub enum LicenceType = "LICENCE_TYPE" {
        Radiology = "LIC", "放射诊疗许可证", "radiology licence";
        RadiationSafety = "RSL", "辐射安全许可证", "radiation safety licence";
        Practice = "PRC", "医疗机构执业许可证", "practice licence";
        ClinicFiling = "PRF", "诊所备案凭证", "clinic filing receipt";
        LargeEquipment = "LEQ", "大型医用设备配置许可证", "large-equipment permit";
    }

    /// Class of radiological work.
    pub enum LicenceClass = "LICENCE_CLASS" {
        Radiotherapy = "RT", "放射治疗", "radiotherapy";
        NuclearMedicine = "NM", "核医学", "nuclear medicine";
        Interventional = "IR", "介入放射学", "interventional radiology";
        Diagnostic = "XR", "X射线影像诊断", "diagnostic X-ray imaging";
    }

    /// Item within a class.
    pub enum LicenceItem = "LICENCE_ITEM" {
        Stereotactic = "RT-1", "立体定向（γ刀、X刀）治疗", "stereotactic radiotherapy";
        Accelerator = "RT-2", "医用加速器治疗", "medical accelerator";
        HeavyParticle = "RT-3", "质子等重粒子治疗", "protons and heavier particles";
        Cobalt = "RT-4", "钴-60机治疗", "cobalt-60 unit";
        Afterloading = "RT-5", "后装治疗机治疗", "afterloading";
        XrayTherapy = "RT-6", "深部、浅部X射线治疗机治疗", "deep and superficial X-ray therapy";
        Applicator = "RT-7", "敷贴治疗", "surface applicator therapy";
        OtherTherapy = "RT-8", "其他放射治疗项目", "other radiotherapy";
        Pet = "NM-1", "PET影像诊断", "PET imaging";
        Spect = "NM-2", "SPECT影像诊断", "SPECT imaging";
        GammaCamera = "NM-3", "γ相机影像诊断", "gamma camera imaging";
        GammaBoneDensity = "NM-4", "γ骨密度测量", "gamma bone densitometry";
        Seeds = "NM-5", "籽粒插植治疗", "seed implantation";
        Radiopharmaceutical = "NM-6", "放射性药物治疗", "radiopharmaceutical therapy";
        OtherNuclear = "NM-7", "其他核医学诊疗项目", "other nuclear medicine";
        Dsa = "IR-1", "DSA介入放射诊疗", "interventions under DSA";
        OtherInterventional = "IR-2", "其他影像设备介入放射诊疗", "interventions under other imaging";
        Ct = "XR-1", "X射线CT影像诊断", "X-ray CT";
        Digital = "XR-2", "CR、DR影像诊断", "computed and digital radiography";
        Dental = "XR-3", "牙科X射线影像诊断", "dental X-ray";
        Mammography = "XR-4", "乳腺X射线影像诊断", "mammography";
        Conventional = "XR-5", "普通X射线机影像诊断", "conventional X-ray";
        OtherDiagnostic = "XR-6", "其他X射线影像诊断", "other diagnostic X-ray";
    }

    /// Level that decides on a licence, lowest first.
    pub enum AuthorityLevel = "AUTHORITY_LEVEL" {
        County = "COUNTY", "县区级", "county";
        City = "CITY", "市级", "city";
        Province = "PROVINCE", "省级", "province";
    }

    /// State of a licence that events lead to. The review states of mode DECIDE are added with their events.
    pub enum LicenceState = "LICENCE_STATE" {
        Valid = "VALID", "有效", "valid";
        Deferred = "DEFERRED", "暂缓校验", "verification deferred";
        Suspended = "SUSPENDED", "暂停", "suspended";
        Cancelled = "CANCELLED", "注销", "cancelled";
        Revoked = "REVOKED", "吊销", "revoked";
    }

    /// How a licence stands on a day: its state, and what the dates add to it.
    pub enum LicenceStanding = "LICENCE_STANDING" {
        Valid = "VALID", "有效", "valid";
        Deferred = "DEFERRED", "暂缓校验", "verification deferred";
        Overdue = "OVERDUE", "逾期未校验", "verification overdue";
        Expired = "EXPIRED", "已过有效期", "expired";
        Suspended = "SUSPENDED", "暂停", "suspended";
        Cancelled = "CANCELLED", "注销", "cancelled";
        Revoked = "REVOKED", "吊销", "revoked";
    }

    /// Result of a verification.
    pub enum VerificationResult = "VERIFICATION_RESULT" {
        Passed = "PASSED", "合格", "passed";
        Deferred = "DEFERRED", "暂缓校验", "deferred";
    }

    /// Ground of a cancellation, the five of Art. 18.
    pub enum CancellationGround = "CANCELLATION_GROUND" {
        Applied = "1", "医疗机构申请注销", "the institution applied for it";
        NotVerified = "2", "逾期不申请校验或擅自变更放射诊疗科目", "not verified in time, or changed without approval";
        Unfit = "3", "校验不合格且逾期不改进或改进后仍不合格", "unfit at verification and not corrected";
        Stopped = "4", "歇业或停止诊疗科目连续1年以上", "closed, or work stopped for a year or more";
        PracticeRevoked = "5", "被吊销医疗机构执业许可证", "practice licence revoked";
    }

    /// Why a duplicate was issued.
    pub enum DuplicateReason = "DUPLICATE_REASON" {
        Lost = "LOST", "遗失", "lost";
        Damaged = "DAMAGED", "损毁", "damaged";
    }
}

impl LicenceItem {
    /// The class that the item belongs to.
    #[must_use]
    pub fn class(self) -> LicenceClass {
        use LicenceItem as I;
        match self {
            I::Stereotactic | I::Accelerator | I::HeavyParticle | I::Cobalt => LicenceClass::Radiotherapy,
            I::Afterloading | I::XrayTherapy | I::Applicator | I::OtherTherapy => LicenceClass::Radiotherapy,
            I::Pet | I::Spect | I::GammaCamera | I::GammaBoneDensity => LicenceClass::NuclearMedicine,
            I::Seeds | I::Radiopharmaceutical | I::OtherNuclear => LicenceClass::NuclearMedicine,
            I::Dsa | I::OtherInterventional => LicenceClass::Interventional,
            I::Ct | I::Digital | I::Dental => LicenceClass::Diagnostic,
            I::Mammography | I::Conventional | I::OtherDiagnostic => LicenceClass::Diagnostic,
        }
    }
}

impl AuthorityLevel {
    /// Code of the parameters that hold the deciding level of a class: 1 county, 2 city, 3 province.
    #[must_use]
    pub fn from_number(number: i64) -> Self {
        match number {
            ..=1 => Self::County,
            2 => Self::City,
            _ => Self::Province,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_carries_the_code_of_its_class() {
        for item in LicenceItem::ALL {
            assert_eq!(item.as_str().split('-').next(), Some(item.class().as_str()), "{}", item.as_str());
        }
        for class in LicenceClass::ALL {
            let items = LicenceItem::ALL.iter().filter(|item| item.class() == *class).count();
            let expected = match class {
                LicenceClass::Radiotherapy => 8,
                LicenceClass::NuclearMedicine => 7,
                LicenceClass::Interventional => 2,
                LicenceClass::Diagnostic => 6,
            };
            assert_eq!(items, expected, "{}", class.as_str());
        }
    }

    #[test]
    fn levels_are_in_order() {
        assert!(AuthorityLevel::County < AuthorityLevel::City && AuthorityLevel::City < AuthorityLevel::Province);
        for (number, level) in [(1, AuthorityLevel::County), (2, AuthorityLevel::City), (3, AuthorityLevel::Province)] {
            assert_eq!(AuthorityLevel::from_number(number), level);
        }
    }
}
