//! Code lists of device tests: what for, by which standard, what came of it, and what an institution checks itself.
//!
//! They came with the fifth catalogue. After their first release a list is only added to.

use crate::codes;

codes! {
    /// What a device is tested for.
    pub enum TestPurpose = "TEST_PURPOSE" {
        Acceptance = "ACC", "验收检测", "acceptance test";
        Status = "STA", "状态检测", "status test";
        Constancy = "CON", "稳定性检测", "constancy test";
        Workplace = "WRK", "工作场所放射防护检测", "workplace protection test";
    }

    /// Item of the qualification under which a test is made.
    pub enum TestItem = "TEST_ITEM" {
        Diagnostic = "T1", "放射诊断设备检测", "diagnostic devices";
        Nuclear = "T2", "核医学设备检测", "nuclear medicine";
        Therapy = "T3", "放射治疗设备检测", "radiotherapy";
        Workplace = "T4", "工作场所防护检测", "workplaces";
    }

    /// What a test comes to.
    pub enum TestConclusion = "TEST_CONCLUSION" {
        Passed = "1", "合格", "passed";
        Failed = "2", "不合格", "failed";
        PartlyApplicable = "3", "部分项目不适用（合格）", "passed, some items not applicable";
    }

    /// Standard by which is tested, with its edition; earlier editions may still be cited.
    pub enum TestStandard = "TEST_STANDARD" {
        Xray2020 = "WS 76-2020", "医用X射线诊断设备质量控制检测规范（2020）", "diagnostic X-ray equipment (2020)";
        Xray2017 = "WS 76-2017", "医用常规X射线诊断设备质量控制检测规范（2017）", "conventional diagnostic X-ray equipment (2017)";
        Xray2011 = "WS 76-2011", "医用常规X射线诊断设备影像质量控制检测规范（2011）", "conventional diagnostic X-ray equipment (2011)";
        MammographyFilm = "WS 518-2017", "乳腺X射线屏片摄影系统质量控制检测规范", "screen-film mammography";
        Ct = "WS 519-2019", "X射线计算机体层摄影装置质量控制检测规范", "computed tomography";
        Cr = "WS 520-2017", "计算机X射线摄影（CR）质量控制检测规范", "computed radiography";
        Dr = "WS 521-2017", "医用数字X射线摄影（DR）系统质量控制检测规范", "digital radiography";
        MammographyDigital = "WS 522-2017", "乳腺数字X射线摄影系统质量控制检测规范", "digital mammography";
        GammaCamera = "WS 523-2019", "伽玛照相机、单光子发射断层成像设备（SPECT）质量控制检测规范", "gamma cameras and SPECT";
        MammographyCr = "WS 530-2017", "乳腺计算机X射线摄影系统质量控制检测规范", "CR mammography";
        Tomotherapy = "WS 531-2017", "螺旋断层治疗装置质量控制检测规范", "tomotherapy";
        Dental = "WS 581-2017", "牙科X射线设备质量控制检测规范", "dental X-ray equipment";
        Stereotactic = "WS 582-2017", "X、γ射线立体定向放射治疗系统质量控制检测规范", "stereotactic radiotherapy";
        Afterloading = "WS 262-2017", "后装γ源近距离治疗质量控制检测规范", "afterloading brachytherapy";
        RobotArm = "WS 667-2019", "机械臂放射治疗装置质量控制检测规范", "robotic radiotherapy";
        Linac = "WS 674-2020", "医用电子直线加速器质量控制检测规范", "medical linear accelerators";
        Proton = "WS 816-2023", "医用质子重离子放射治疗设备质量控制检测标准", "proton and heavy-ion therapy";
        Pet = "WS 817-2023", "正电子发射断层成像（PET）设备质量控制检测标准", "PET";
        DentalCbct = "WS 818-2023", "锥形束X射线计算机体层成像（CBCT）设备质量控制检测标准", "cone-beam CT";
        ProtectionDiagnostic = "GBZ 130-2020", "放射诊断放射防护要求", "protection in diagnostic radiology";
        ProtectionNuclear = "GBZ 120-2020", "核医学放射防护要求", "protection in nuclear medicine";
        ProtectionTherapy = "GBZ 121-2020", "放射治疗放射防护要求", "protection in radiotherapy";
        Other = "OTHER", "其他标准", "another standard";
    }

    /// Result of one item of a test.
    pub enum ItemResult = "TEST_ITEM_RESULT" {
        Passed = "PASSED", "符合", "met";
        Failed = "FAILED", "不符合", "not met";
        NotApplicable = "NOT_APPLICABLE", "不适用", "not applicable";
    }

    /// What an institution checks of its device between the yearly tests.
    pub enum ConstancyItem = "CONSTANCY_ITEM" {
        CtNumber = "CTN", "水模体CT值", "CT number of water";
        CtNoise = "CTZ", "水模体噪声", "noise of water";
        CtUniformity = "CTU", "水模体均匀性", "uniformity of water";
        HighContrast = "HCR", "高对比分辨力", "high-contrast resolution";
        LowContrast = "LCR", "低对比可探测能力", "low-contrast detectability";
        Couch = "CCH", "诊断床定位精度", "couch positioning";
        TubeVoltage = "KVP", "管电压", "tube voltage";
        Output = "OUT", "输出量重复性", "output repeatability";
        ExposureControl = "AEC", "自动曝光控制", "automatic exposure control";
        Detector = "DET", "探测器（IP）响应均匀性", "detector uniformity";
        LightField = "LFD", "光野照射野一致性", "light and radiation field";
        EntranceRate = "ESR", "入射体表空气比释动能率", "entrance air-kerma rate";
        PhantomImage = "IMG", "模体影像质量", "phantom image";
        Interlock = "INT", "安全联锁", "safety interlocks";
        DailyDose = "DLY", "输出剂量日检", "daily output";
        Lasers = "LAS", "激光定位灯", "positioning lasers";
        Dose = "DOS", "输出剂量", "output dose";
        Symmetry = "SYM", "射线野均整度与对称性", "flatness and symmetry";
        AbsoluteDose = "ABS", "绝对剂量校准", "absolute dose calibration";
        SourcePosition = "POS", "源到位精度", "source positioning";
        FieldUniformity = "UNI", "视野均匀性", "field uniformity";
        EnergyPeak = "PEK", "能峰", "energy peak";
        RotationCentre = "COR", "旋转中心", "centre of rotation";
        Other = "OTH", "其他", "other";
    }

    /// Component whose repair or exchange makes a device as new (W-DEV-03).
    pub enum MajorComponent = "MAJOR_COMPONENT" {
        Tube = "TUBE", "球管", "X-ray tube";
        Detector = "DETECTOR", "探测器", "detector";
        Generator = "GENERATOR", "高压发生器", "high-voltage generator";
        Collimator = "COLLIMATOR", "准直器", "collimator";
        Waveguide = "WAVEGUIDE", "加速管", "accelerating tube";
        Other = "OTHER", "其他", "other";
    }

    /// State of a test.
    pub enum TestState = "DEVICE_TEST_STATE" {
        Filed = "FILED", "已登记", "filed";
        Counted = "COUNTED", "裁定采信", "ruled to count";
        Excluded = "EXCLUDED", "裁定不采信", "ruled not to count";
        Withdrawn = "WITHDRAWN", "已撤回", "withdrawn";
    }
}

impl TestConclusion {
    /// True unless it failed: an item that does not apply does not count.
    #[must_use]
    pub fn is_passed(self) -> bool {
        self != Self::Failed
    }
}
