//! Instruments and clauses. A citation is a value, never a string in a message.

use std::fmt;

/// A legal instrument or standard, with the edition that is cited.
#[derive(Debug, PartialEq, Eq)]
pub struct Instrument {
    /// Title in Chinese.
    pub zh: &'static str,
    /// Title in English.
    pub en: &'static str,
    /// Edition: year or number and date.
    pub edition: &'static str,
}

/// One clause of one edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Citation {
    /// The instrument.
    pub instrument: &'static Instrument,
    /// The clause, as printed; empty for the whole.
    pub clause: &'static str,
}

impl fmt::Display for Citation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "《{}》（{}）{}", self.instrument.zh, self.instrument.edition, self.clause)
    }
}

/// 放射诊疗管理规定: diagnostic and therapeutic radiology, Order 46 of the Ministry of Health.
pub const RADIOLOGY: Instrument = Instrument {
    zh: "放射诊疗管理规定",
    en: "Provisions on Radiodiagnosis and Radiotherapy",
    edition: "原卫生部令第46号，2016年修正",
};

/// 职业病防治法: prevention and control of occupational diseases. Older guides cite the articles of 2016.
pub const OCCUPATIONAL_DISEASE: Instrument = Instrument {
    zh: "中华人民共和国职业病防治法",
    en: "Law on Prevention and Control of Occupational Diseases",
    edition: "2018年修正",
};

/// 放射工作人员职业健康管理办法: occupational health of radiation workers, Order 55 of the Ministry of Health.
pub const RADIATION_WORKERS: Instrument = Instrument {
    zh: "放射工作人员职业健康管理办法",
    en: "Measures for the Occupational Health of Radiation Workers",
    edition: "原卫生部令第55号，2007年",
};

/// 个人信息保护法: the personal information protection law.
pub const PERSONAL_INFORMATION: Instrument =
    Instrument {
        zh: "中华人民共和国个人信息保护法", en: "Personal Information Protection Law", edition: "2021年"
    };

/// 行政许可法: the administrative licensing law.
pub const LICENSING: Instrument =
    Instrument {
        zh: "中华人民共和国行政许可法", en: "Administrative Licensing Law", edition: "2019年修正"
    };

/// 放射性同位素与射线装置安全和防护条例: Decree 449 of the State Council.
pub const RADIATION_SAFETY: Instrument = Instrument {
    zh: "放射性同位素与射线装置安全和防护条例",
    en: "Regulation on the Safety and Protection of Radioisotopes and Radiation Devices",
    edition: "国务院令第449号，2019年修订",
};

/// 医疗机构管理条例: the regulation on medical institutions, by the text whose articles are cited.
pub const MEDICAL_INSTITUTIONS: Instrument =
    Instrument { zh: "医疗机构管理条例", en: "Regulation on Medical Institutions", edition: "2016年修正" };

/// 医疗机构管理条例 with the numbering of the revision that came into force on 2022-05-01.
pub const MEDICAL_INSTITUTIONS_2022: Instrument = Instrument {
    zh: "医疗机构管理条例",
    en: "Regulation on Medical Institutions",
    edition: "国务院令第752号，2022年修订",
};

/// 放射卫生技术服务机构管理办法: who measures and evaluates, annex 1 of 卫监督发〔2012〕25号.
pub const RADIATION_SERVICES: Instrument = Instrument {
    zh: "放射卫生技术服务机构管理办法",
    en: "Measures for Technical-Service Organisations of Radiological Health",
    edition: "卫监督发〔2012〕25号附件1，2020年修正",
};

/// 电子签名法: the electronic signature law.
pub const ELECTRONIC_SIGNATURE: Instrument =
    Instrument { zh: "中华人民共和国电子签名法", en: "Electronic Signature Law", edition: "2019年修正" };

/// 法人和其他组织统一社会信用代码编码规则.
pub const CREDIT_CODE: Instrument = Instrument {
    zh: "法人和其他组织统一社会信用代码编码规则",
    en: "Unified social credit code: coding rule",
    edition: "GB 32100-2015",
};

/// 行政区划代码.
pub const DIVISIONS: Instrument =
    Instrument {
        zh: "中华人民共和国行政区划代码", en: "Codes for administrative divisions", edition: "GB/T 2260"
    };

/// 职业性外照射个人监测规范: individual monitoring of external exposure at work.
pub const MONITORING: Instrument = Instrument {
    zh: "职业性外照射个人监测规范",
    en: "Specifications for individual monitoring of occupational external exposure",
    edition: "GBZ 128-2019",
};

/// [`MONITORING`] as it stood from 1 November 2016 to 31 March 2020.
pub const MONITORING_2016: Instrument = Instrument { edition: "GBZ 128-2016", ..MONITORING };

/// 电离辐射防护与辐射源安全基本标准: the basic standards, with the dose limits.
pub const BASIC_STANDARDS: Instrument = Instrument {
    zh: "电离辐射防护与辐射源安全基本标准",
    en: "Basic standards for protection against ionizing radiation and for the safety of radiation sources",
    edition: "GB 18871-2002",
};

/// 电离辐射所致眼晶状体剂量估算方法: how the dose to the lens of the eye is estimated.
pub const LENS_ESTIMATE: Instrument = Instrument {
    zh: "电离辐射所致眼晶状体剂量估算方法",
    en: "Estimation of the dose to the lens of the eye by ionizing radiation",
    edition: "GBZ/T 301-2017",
};

/// 放射诊断放射防护要求: protection in diagnostic radiology.
pub const DIAGNOSTIC_PROTECTION: Instrument = Instrument {
    zh: "放射诊断放射防护要求",
    en: "Requirements for radiological protection in diagnostic radiology",
    edition: "GBZ 130-2020",
};

/// The edition of it before, from 2014-05-01 until 2020-09-30.
pub const DIAGNOSTIC_PROTECTION_2013: Instrument = Instrument {
    zh: "医用X射线诊断放射防护要求",
    en: "Requirements for radiological protection in medical X-ray diagnosis",
    edition: "GBZ 130-2013",
};

/// 医用X射线诊断设备质量控制检测规范: tests of diagnostic X-ray equipment; seven standards of 2017 became one.
pub const QC_XRAY: Instrument = Instrument {
    zh: "医用X射线诊断设备质量控制检测规范",
    en: "Specification for testing of quality control in medical X-ray diagnostic equipment",
    edition: "WS 76-2020",
};

/// X射线计算机体层摄影装置质量控制检测规范: tests of computed tomography.
pub const QC_CT: Instrument = Instrument {
    zh: "X射线计算机体层摄影装置质量控制检测规范",
    en: "Specification for testing of quality control in X-ray computed tomography",
    edition: "WS 519-2019",
};

/// 伽玛照相机、单光子发射断层成像设备（SPECT）质量控制检测规范: tests of gamma cameras.
pub const QC_GAMMA_CAMERA: Instrument = Instrument {
    zh: "伽玛照相机、单光子发射断层成像设备（SPECT）质量控制检测规范",
    en: "Specification for testing of quality control in gamma cameras and SPECT",
    edition: "WS 523-2019",
};

/// 医用电子直线加速器质量控制检测规范: tests of medical linear accelerators.
pub const QC_LINAC: Instrument = Instrument {
    zh: "医用电子直线加速器质量控制检测规范",
    en: "Specification for testing of quality control in medical electron linear accelerators",
    edition: "WS 674-2020",
};

/// 职业健康检查管理办法: who examines, and how it is reported.
pub const HEALTH_EXAMS: Instrument = Instrument {
    zh: "职业健康检查管理办法",
    en: "Measures for Occupational Health Examinations",
    edition: "2019年修正",
};

/// 放射工作人员健康要求及监护规范: what radiation workers are examined for.
pub const HEALTH_REQUIREMENTS: Instrument = Instrument {
    zh: "放射工作人员健康要求及监护规范",
    en: "Health requirements and surveillance for radiation workers",
    edition: "GBZ 98-2020",
};

/// 放射工作人员职业健康监护技术规范: what radiation workers were examined for until GBZ 98-2020 took its place.
pub const HEALTH_SURVEILLANCE_2011: Instrument = Instrument {
    zh: "放射工作人员职业健康监护技术规范",
    en: "Technical specifications of occupational health surveillance for radiation workers",
    edition: "GBZ 235-2011",
};

/// 职业健康监护技术规范: occupational health surveillance of all trades.
pub const SURVEILLANCE: Instrument = Instrument {
    zh: "职业健康监护技术规范",
    en: "Technical specifications for occupational health surveillance",
    edition: "GBZ 188-2014",
};

/// 密码法: the cryptography law.
pub const CRYPTOGRAPHY: Instrument =
    Instrument { zh: "中华人民共和国密码法", en: "Cryptography Law", edition: "2019年" };

/// What the product itself lays down, where the law is silent: `docs/wire-format.md` and `ARCHITECTURE.md`.
pub const PRODUCT: Instrument = Instrument { zh: "账本规则", en: "Ledger rules", edition: "第1版" };

/// A clause of the product's own rules.
#[must_use]
pub const fn product(clause: &'static str) -> Citation {
    Citation { instrument: &PRODUCT, clause }
}
