//! Code lists that the first kinds use, with the check digits that belong to them.
//!
//! After the first release a list is only added to. Which list and version a record was judged by is that of the
//! catalogue in force at its position.

use crate::codes;
use crate::field::{Form, Shape};

codes! {
    /// Roles (`policy` says what each may do). T city, C county, I institution, TSO and HEO service organisations,
    /// W worker, SYS the three separated administrators.
    pub enum Role = "ROLE" {
        CityAdmin = "T_ADMIN", "市级管理员", "city administrator";
        CitySupervisor = "T_SUP", "市级监督员", "city supervisor";
        CityApprover = "T_APPR", "市级审批人", "city approver";
        CityTraining = "T_TRAIN", "市级培训考试管理", "city training and examination manager";
        CountyAdmin = "C_ADMIN", "区县管理员", "county administrator";
        CountySupervisor = "C_SUP", "区县监督员", "county supervisor";
        CountyApprover = "C_APPR", "区县审批人", "county approver";
        UnitAdmin = "I_ADMIN", "机构管理员", "institution administrator";
        ProtectionOfficer = "I_RPO", "放射防护负责人", "radiation protection officer";
        UnitHead = "I_HEAD", "单位负责人", "head of the institution";
        ServiceSignatory = "TSO_SIGN", "技术服务机构授权签字人", "authorised signatory of a technical service";
        ServiceInput = "TSO_INPUT", "技术服务机构录入员", "data entry of a technical service";
        ChiefPhysician = "HEO_CHIEF", "主检医师", "chief examining physician";
        ExamInput = "HEO_INPUT", "体检机构录入员", "data entry of a health-exam organisation";
        Worker = "W_SELF", "放射工作人员", "radiation worker";
        SystemAdmin = "SYS_SYS", "系统管理员", "system administrator";
        SecurityAdmin = "SYS_SEC", "安全管理员", "security administrator";
        AuditAdmin = "SYS_AUD", "审计管理员", "audit administrator";
        CdcReader = "CDC_READ", "疾控查询", "CDC reader";
        ExternalAuditor = "EXT_AUD", "外部审计", "outside auditor";
    }

    /// Level of an account: what its grants can be.
    pub enum Level = "LEVEL" {
        City = "T", "市级", "city";
        County = "C", "县区级", "county";
        Service = "S", "服务机构", "service organisation";
        Institution = "I", "用户单位", "institution";
        Worker = "W", "从业人员", "worker";
        External = "X", "外部", "external";
    }

    /// Who stands behind an account.
    pub enum AccountKind = "ACCOUNT_KIND" {
        Person = "PERSON", "自然人", "natural person";
        Organisation = "ORGANISATION", "组织", "organisation";
        Instrument = "INSTRUMENT", "仪器设备", "instrument";
    }

    /// How strongly a credential binds its holder; a later one is stronger.
    pub enum Assurance = "ASSURANCE" {
        Phone = "PHONE", "手机密钥", "key on a phone";
        Software = "SOFTWARE", "软件密钥", "key in software";
        Hardware = "HARDWARE", "硬件密钥", "key in hardware";
    }

    /// Ground on which a key is revoked.
    pub enum RevocationGround = "REVOCATION_GROUND" {
        Lost = "LOST", "遗失", "lost";
        Replaced = "REPLACED", "更换", "replaced";
        Left = "LEFT", "离职", "holder left";
        Misuse = "MISUSE", "违规使用", "misuse";
        Other = "OTHER", "其他", "other";
    }

    /// Ground on which personal data is erased (个人信息保护法 Art. 47).
    pub enum ErasureGround = "ERASURE_GROUND" {
        PurposeFulfilled = "PURPOSE", "处理目的已实现", "purpose fulfilled or no longer needed";
        ConsentWithdrawn = "CONSENT", "个人撤回同意", "consent withdrawn";
        Unlawful = "UNLAWFUL", "违法处理", "unlawful processing";
        Mistaken = "MISTAKEN", "误录", "entered by mistake";
    }

    /// Kind of institution; one legal body may hold several.
    pub enum InstitutionKind = "INSTITUTION_KIND" {
        Radiology = "RAD", "放射诊疗机构", "radiological institution";
        TechnicalService = "TSO", "放射卫生技术服务机构", "technical-service organisation";
        HealthExam = "HEO", "职业健康检查机构", "health-exam organisation";
        Industrial = "IND", "非医用放射工作单位", "industrial user";
        Training = "TRN", "培训单位", "training organisation";
        Regulator = "REG", "监督/卫健部门", "regulator";
        Cdc = "CDC", "疾控机构", "centre for disease control";
    }

    /// Medical type, top letters of WS 218.
    pub enum MedicalType = "MEDICAL_TYPE" {
        General = "A100", "综合医院", "general hospital";
        Chinese = "A200", "中医医院", "hospital of Chinese medicine";
        Integrated = "A300", "中西医结合医院", "integrated hospital";
        Ethnic = "A400", "民族医院", "hospital of ethnic medicine";
        Special = "A500", "专科医院", "specialised hospital";
        Sanatorium = "A600", "疗养院", "sanatorium";
        Nursing = "A700", "护理院", "nursing home";
        CommunityCentre = "B100", "社区卫生服务中心", "community health centre";
        CommunityStation = "B200", "社区卫生服务站", "community health station";
        StreetHealth = "C100", "街道卫生院", "street health centre";
        TownHealth = "C200", "乡镇卫生院", "town health centre";
        Clinic = "D", "门诊部/诊所", "clinic";
        Emergency = "E", "急救中心", "emergency centre";
        Blood = "F", "采供血机构", "blood service";
        Maternal = "G", "妇幼保健院", "maternal and child health hospital";
        Prevention = "H", "专科疾病防治院", "disease prevention institute";
        Control = "J", "疾病预防控制中心", "centre for disease control";
        Supervision = "K", "卫生监督所", "health supervision";
        Research = "M", "医学科研机构", "research institute";
        Education = "N", "医学教育机构", "medical school";
        Other = "P", "其他", "other";
    }

    /// Level and grade.
    pub enum Grade = "GRADE" {
        ThreeA = "3A", "三级甲等", "level 3 grade A";
        ThreeB = "3B", "三级乙等", "level 3 grade B";
        ThreeC = "3C", "三级丙等", "level 3 grade C";
        Three = "30", "三级未定等", "level 3";
        TwoA = "2A", "二级甲等", "level 2 grade A";
        TwoB = "2B", "二级乙等", "level 2 grade B";
        TwoC = "2C", "二级丙等", "level 2 grade C";
        Two = "20", "二级未定等", "level 2";
        OneA = "1A", "一级甲等", "level 1 grade A";
        OneB = "1B", "一级乙等", "level 1 grade B";
        OneC = "1C", "一级丙等", "level 1 grade C";
        One = "10", "一级未定等", "level 1";
        None = "00", "未定级", "ungraded";
    }

    /// Ownership, GB/T 12402.
    pub enum Ownership = "OWNERSHIP" {
        State = "110", "国有", "state";
        Collective = "120", "集体", "collective";
        Cooperative = "130", "股份合作", "share cooperative";
        Joint = "140", "联营", "joint";
        Limited = "150", "有限责任", "limited liability";
        Shares = "160", "股份有限", "joint stock";
        Private = "170", "私营", "private";
        OtherDomestic = "190", "其他内资", "other domestic";
        HongKong = "200", "港澳台投资", "Hong Kong, Macao, Taiwan";
        Foreign = "300", "外商投资", "foreign";
        Other = "900", "其他", "other";
    }

    /// Profit flag.
    pub enum Profit = "PROFIT" {
        NonProfit = "1", "非营利", "non-profit";
        ForProfit = "2", "营利", "for profit";
        Other = "9", "其他", "other";
    }

    /// State of an institution.
    pub enum InstitutionState = "INSTITUTION_STATE" {
        Submitted = "SUBMITTED", "待审核", "submitted";
        Returned = "RETURNED", "已退回", "returned";
        Active = "ACTIVE", "有效", "active";
        Suspended = "SUSPENDED_BUSINESS", "歇业中", "business suspended";
        Closed = "CLOSED", "已注销", "closed";
        Merged = "MERGED", "已合并", "merged";
    }

    /// Post of an officer of an institution.
    pub enum Post = "POST" {
        LegalRepresentative = "LEGAL_REPRESENTATIVE", "法定代表人", "legal representative";
        Principal = "PRINCIPAL", "主要负责人", "principal";
        ProtectionOfficer = "RP_OFFICER", "放射防护负责人", "radiation protection officer";
        Contact = "CONTACT", "联系人", "contact";
    }

    /// Document of an institution (attachment kinds of the first kinds).
    pub enum DocumentKind = "DOCUMENT_KIND" {
        PracticeLicence = "PRC", "医疗机构执业许可证", "practice licence";
        ClinicFiling = "PRF", "诊所备案凭证", "clinic filing receipt";
        Qualification = "TSQ", "放射卫生技术服务机构资质证书", "technical-service qualification";
        ExamFiling = "HEF", "职业健康检查机构备案回执", "health-exam filing receipt";
        RadiationSafety = "RSL", "辐射安全许可证", "radiation safety licence";
        Rules = "RUL", "放射防护管理制度", "radiation protection rules";
        EmergencyPlan = "PLN", "放射事件应急预案", "emergency plan";
        Other = "OTH", "其他", "other";
    }

    /// Result of looking at a document.
    pub enum DocumentResult = "DOCUMENT_RESULT" {
        Genuine = "GENUINE", "属实", "genuine";
        Doubtful = "DOUBTFUL", "存疑", "doubtful";
        Refused = "REFUSED", "不符", "refused";
    }

    /// Device kinds (WS and GBZ groups in `docs/modules.md`).
    pub enum DeviceKind = "DEVICE_KIND" {
        Ct = "X01", "医用X射线CT", "medical CT";
        Dr = "X02", "DR", "digital radiography";
        Cr = "X03", "CR", "computed radiography";
        Film = "X04", "屏片/普通摄影机", "screen-film radiography";
        Fluoroscopy = "X05", "透视机/胃肠机", "fluoroscopy";
        Mammography = "X06", "乳腺X射线机", "mammography";
        IntraOral = "X07", "口内牙片机", "intra-oral dental";
        Panoramic = "X08", "牙科全景机", "panoramic dental";
        DentalCbct = "X09", "口腔CBCT", "dental CBCT";
        BoneDensity = "X10", "骨密度仪", "bone densitometer";
        MobileCArm = "X11", "移动C形臂", "mobile C-arm";
        Mobile = "X12", "移动（床旁）X射线机", "mobile radiography";
        Lithotripsy = "X13", "碎石定位机", "lithotripsy positioning";
        Vehicle = "X14", "车载X射线机", "vehicle-mounted radiography";
        Dsa = "I01", "DSA", "angiography (DSA)";
        OtherInterventional = "I02", "介入用其他设备", "other interventional";
        Spect = "N01", "SPECT(/CT)", "SPECT(/CT)";
        Pet = "N02", "PET(/CT,/MR)", "PET(/CT,/MR)";
        GammaCamera = "N03", "γ相机", "gamma camera";
        Cyclotron = "N04", "回旋加速器", "cyclotron";
        Radiopharmaceutical = "N05", "放射性药物治疗", "radiopharmaceutical therapy";
        Seeds = "N06", "籽粒插植", "seed implantation";
        Linac = "R01", "医用电子直线加速器", "medical linear accelerator";
        GammaKnife = "R02", "γ刀/立体定向", "gamma knife";
        RobotArm = "R03", "机械臂放疗设备", "robotic radiotherapy";
        Tomotherapy = "R04", "螺旋断层放疗", "tomotherapy";
        Cobalt = "R05", "钴-60机", "cobalt-60 unit";
        Afterloader = "R06", "后装机", "afterloader";
        Proton = "R07", "质子/重离子", "proton or heavy ion";
        Simulator = "R08", "模拟定位机", "simulator";
        XrayTherapy = "R09", "X射线治疗机", "X-ray therapy unit";
    }

    /// Class of a ray device, announcement 66 of 2017.
    pub enum RayClass = "RAY_CLASS" {
        One = "1", "Ⅰ类", "class I";
        Two = "2", "Ⅱ类", "class II";
        Three = "3", "Ⅲ类", "class III";
        None = "0", "不适用", "not applicable";
    }

    /// State of a device.
    pub enum DeviceState = "DEVICE_STATE" {
        Registered = "REGISTERED", "已登记", "registered";
        Installed = "INSTALLED", "已安装", "installed";
        InUse = "IN_USE", "在用", "in use";
        Standby = "STANDBY", "备用", "standby";
        Repair = "REPAIR", "维修", "under repair";
        OutOfService = "OUT_OF_SERVICE", "停用", "out of service";
        Decommissioned = "DECOMMISSIONED", "报废", "decommissioned";
    }

    /// Why a state of a device changed.
    pub enum StateReason = "STATE_REASON" {
        Fault = "FAULT", "故障", "fault";
        Repaired = "REPAIRED", "修复", "repaired";
        LowDemand = "LOW_DEMAND", "业务量减少", "low demand";
        Renovation = "RENOVATION", "机房改造", "room being altered";
        Order = "ORDER", "监督要求", "ordered by the supervisor";
        Resumed = "RESUMED", "恢复使用", "resumed";
        Other = "OTHER", "其他", "other";
    }

    /// How a device was taken out of service for good.
    pub enum DisposalMethod = "DISPOSAL_METHOD" {
        Disabled = "DISABLED", "去功能化后报废", "disabled and scrapped";
        ReturnedMaker = "RETURNED", "返厂", "returned to the maker";
        Transferred = "TRANSFERRED", "转让", "transferred";
    }

    /// What a policy adoption puts in force.
    pub enum PolicyFile = "POLICY_FILE" {
        Catalogue = "catalogue", "事件目录", "event catalogue";
        Policy = "policy", "权限策略", "rights policy";
        Rules = "rules", "预警规则", "warning rules";
    }

    /// Environment of a ledger.
    pub enum Environment = "ENVIRONMENT" {
        Production = "production", "正式", "production";
        Test = "test", "测试", "test";
        Demonstration = "demonstration", "演示", "demonstration";
    }

    /// Clock of a ledger.
    pub enum ClockKind = "CLOCK" {
        System = "system", "系统时钟", "system clock";
        Simulated = "simulated", "模拟时钟（仅演示）", "simulated, only in a demonstration";
    }
}

impl Role {
    /// Level of the accounts that can hold the role.
    #[must_use]
    pub fn level(self) -> Level {
        match self {
            Self::CityAdmin | Self::CitySupervisor | Self::CityApprover | Self::CityTraining => Level::City,
            Self::SystemAdmin | Self::SecurityAdmin | Self::AuditAdmin | Self::CdcReader => Level::City,
            Self::CountyAdmin | Self::CountySupervisor | Self::CountyApprover => Level::County,
            Self::UnitAdmin | Self::ProtectionOfficer | Self::UnitHead => Level::Institution,
            Self::ServiceSignatory | Self::ServiceInput | Self::ChiefPhysician | Self::ExamInput => Level::Service,
            Self::Worker => Level::Worker,
            Self::ExternalAuditor => Level::External,
        }
    }

    /// The three administrators exclude each other in one account (三员分立).
    #[must_use]
    pub fn is_separated(self) -> bool {
        matches!(self, Self::SystemAdmin | Self::SecurityAdmin | Self::AuditAdmin)
    }
}

/// Unified social credit code: 18 symbols with the check symbol of GB 32100-2015.
pub const CREDIT_CODE: Shape =
    Shape::Text(18, 18, &Form { name: "credit_code", pattern: "^[0-9A-HJ-NPQRTUWXY]{18}$", check: credit_code_ok });

/// Division: six digits of GB/T 2260.
pub const DIVISION: Shape = Shape::Text(
    6,
    6,
    &Form {
        name: "division",
        pattern: "^[1-9][0-9]{5}$",
        check: |t| t.bytes().all(|b| b.is_ascii_digit()) && !t.starts_with('0'),
    },
);

/// Supervision area: a division of six digits, or a delegated area (four digits of the city and two letters).
pub const AREA: Shape =
    Shape::Text(6, 6, &Form { name: "area", pattern: "^[1-9][0-9]{3}([0-9]{2}|[A-Z]{2})$", check: area_ok });

/// Street or town: nine digits.
pub const STREET: Shape = Shape::Text(
    9,
    9,
    &Form { name: "street", pattern: "^[1-9][0-9]{8}$", check: |t| t.bytes().all(|b| b.is_ascii_digit()) },
);

/// The delegated area of the first user, 三江新区, which GB/T 2260 does not know.
pub const DELEGATED_AREA: &str = "5115SJ";

/// Streets that belong to it, whole or in part.
pub const DELEGATED_STREETS: [&str; 6] = ["511502008", "511502011", "511502014", "511502112", "511503002", "511503103"];

fn area_ok(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 6
        && (b'1'..=b'9').contains(&bytes[0])
        && bytes[..4].iter().all(u8::is_ascii_digit)
        && (bytes[4..].iter().all(u8::is_ascii_digit) || bytes[4..].iter().all(u8::is_ascii_uppercase))
}

const SYMBOLS: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Check of the 18th symbol (weights 3^(i−1) mod 31). The inner check digit of early codes may fail: it is not asked for.
#[must_use]
pub fn credit_code_ok(code: &str) -> bool {
    let values: Option<Vec<u32>> =
        code.bytes().map(|b| SYMBOLS.iter().position(|s| *s == b).map(|at| at as u32)).collect();
    let Some(values) = values.filter(|values| values.len() == 18) else { return false };
    let mut weight = 1;
    let mut sum = 0;
    for value in &values[..17] {
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    (31 - sum % 31) % 31 == values[17]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credit_codes() {
        for good in ["91350100M000100Y43", "12511500451600013C", "92511502MA6A00015U", "12511523000000019U"] {
            assert!(credit_code_ok(good), "{good}");
        }
        for bad in ["12511500451600013D", "12511500451600O13C", "1251150045160001", ""] {
            assert!(!credit_code_ok(bad), "{bad}");
        }
    }

    #[test]
    fn areas() {
        assert!(area_ok("511502") && area_ok(DELEGATED_AREA));
        assert!(!area_ok("5115sj") && !area_ok("5115S1") && !area_ok("011502"));
    }
}
