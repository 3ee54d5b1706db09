//! Code lists of the reference data that the city publishes: parameters and holiday tables.
//!
//! Every number that is policy and not law is a parameter. The list of names is closed: a parameter that no rule
//! reads would say nothing, so a new one comes with the rule that reads it.

use crate::codes;

codes! {
    /// Name of a parameter (`domain/rules.md` §3.2 and where a rule says *parameter*).
    pub enum ParameterName = "PARAMETER" {
        InvestigationLevel = "IL_ANNUAL", "调查水平（每年；每周期按月数折算）", "investigation level per year; a period of n months has n twelfths of it";
        InvestigationCompare = "IL_COMPARE", "调查水平比较方式（0 大于等于，1 大于）", "comparison with the investigation level: 0 at or above, 1 above";
        DoseCeiling = "DOSE_CEILING", "单周期可信剂量上限", "highest plausible dose of one period";
        PlannedDose = "PLANNED_DOSE_ANNUAL", "流动人员计划剂量（每年，按剩余月数折算）", "planned dose per year of a transferred worker, by the months left";
        DosePeriodTolerance = "DOSE_PERIOD_TOL", "监测周期允许超出天数", "days that a wear period may exceed its length";
        FiveYearEpoch = "FIVE_YEAR_EPOCH", "连续五年起算年", "first year of a five-year block";
        LensLimitMode = "LENS_LIMIT_MODE", "眼晶状体限值（0 GB 18871，1 ICRP 118）", "lens limit: 0 GB 18871, 1 ICRP 118";
        CertificateExamAge = "CERT_EXAM_MAX_AGE_MONTHS", "办证体检有效期", "greatest age of the exam for a certificate";
        PreExamAge = "PRE_EXAM_MAX_AGE_MONTHS", "上岗前体检有效期", "greatest age of the exam before duty";
        LeapDayBirthday = "LEAP_DAY_BIRTHDAY", "2月29日出生者平年生日（0 2月28日，1 3月1日）", "birthday of 29 February in common years: 0 28 February, 1 1 March";
        PassMark = "PASS_MARK", "考试合格分", "pass mark";
        ClassHoursPerDay = "CLASS_HOURS_PER_DAY", "每日学时", "class hours of a day";
        DeviceStatusMode = "DEV_STATUS_MODE", "状态检测周期（0 滚动12个月，1 自然年）", "status test: 0 rolling twelve months, 1 calendar year";
        ProtectiveItemAge = "PROTECTIVE_ITEM_MAX_AGE_MONTHS", "防护用品使用年限", "greatest age of a protective article";
        LevelRadiotherapy = "LICENCE_LEVEL_RT", "放射治疗许可层级（1 县区，2 市，3 省）", "deciding level, radiotherapy: 1 county, 2 city, 3 province";
        LevelNuclear = "LICENCE_LEVEL_NM", "核医学许可层级（1 县区，2 市，3 省）", "deciding level, nuclear medicine: 1 county, 2 city, 3 province";
        LevelInterventional = "LICENCE_LEVEL_IR", "介入放射学许可层级（1 县区，2 市，3 省）", "deciding level, interventional radiology: 1 county, 2 city, 3 province";
        LevelDiagnostic = "LICENCE_LEVEL_XR", "X射线影像诊断许可层级（1 县区，2 市，3 省）", "deciding level, diagnostic X-ray: 1 county, 2 city, 3 province";
        DeferredMayWork = "DEFERRED_MAY_WORK", "暂缓校验期间可否执业（0 否，1 可）", "work while verification is deferred: 0 no, 1 yes";
        ProjectReviewDays = "PRJ_REVIEW_DAYKIND", "预评价审核期限日类（0 自然日，1 工作日）", "days of the pre-evaluation review: 0 calendar, 1 working";
        AcceptApplyDays = "ACCEPT_APPLY_DAYS", "竣工后申请验收期限", "days from completion to the application for acceptance";
        ServiceReportDays = "TSO_REPORT_DAYS", "检测报告出具期限", "days from field work to the report";
        MultiSiteGrace = "MULTI_SITE_GRACE", "多点执业宽限期", "days of grace for work at several sites";
        InspectionReportDays = "INSPECTION_REPORT_DAYS", "监督检查信息卡填报期限", "days from an inspection to its card";
        DeclareFirstDays = "DECLARE_FIRST_DAYS", "危害项目首次申报期限", "days to the first hazard declaration";
        DeclareChangeDays = "DECLARE_CHANGE_DAYS", "危害项目变更申报期限", "days to the declaration of a change";
        QuietFrom = "SMS_QUIET_FROM", "短信静默开始时刻", "hour at which text messages stop, except red ones";
        QuietUntil = "SMS_QUIET_UNTIL", "短信静默结束时刻", "hour at which text messages go out again";
    }

    /// Unit in which a parameter is a whole number.
    pub enum ParameterUnit = "PARAMETER_UNIT" {
        Nanosievert = "NSV", "nSv", "nanosievert";
        Day = "DAY", "天", "days";
        Month = "MONTH", "个月", "months";
        Year = "YEAR", "年份", "calendar year";
        Hour = "HOUR", "时", "hour of the day";
        ClassHour = "CLASS_HOUR", "学时", "class hours";
        Point = "POINT", "分", "points";
        Choice = "CHOICE", "选项", "one of numbered choices";
    }

    /// What a day of a holiday table is.
    pub enum HolidayKind = "HOLIDAY_KIND" {
        Holiday = "HOLIDAY", "放假", "holiday";
        MakeupWorkday = "MAKEUP_WORKDAY", "调休上班", "make-up workday";
    }
}

/// Unit, bounds and default of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Unit.
    pub unit: ParameterUnit,
    /// Least value.
    pub min: i64,
    /// Greatest value.
    pub max: i64,
    /// Value while none is set.
    pub default: i64,
}

/// Nanosieverts of a millisievert.
const MSV: i64 = 1_000_000;

impl ParameterName {
    /// Unit, bounds and default. The bounds keep out slips of the pen; they are no law.
    #[must_use]
    pub const fn bounds(self) -> Bounds {
        use ParameterUnit as U;
        let (unit, min, max, default) = match self {
            Self::InvestigationLevel => (U::Nanosievert, MSV, 20 * MSV, 5 * MSV),
            Self::DoseCeiling => (U::Nanosievert, 50 * MSV, 10_000 * MSV, 500 * MSV),
            Self::PlannedDose => (U::Nanosievert, 0, 50 * MSV, 20 * MSV),
            Self::InvestigationCompare | Self::LensLimitMode | Self::LeapDayBirthday => (U::Choice, 0, 1, 0),
            Self::DeviceStatusMode | Self::ProjectReviewDays => (U::Choice, 0, 1, 0),
            Self::DeferredMayWork => (U::Choice, 0, 1, 1),
            Self::LevelRadiotherapy | Self::LevelNuclear => (U::Choice, 1, 3, 3),
            Self::LevelInterventional => (U::Choice, 1, 3, 2),
            Self::LevelDiagnostic => (U::Choice, 1, 3, 1),
            Self::DosePeriodTolerance => (U::Day, 0, 30, 3),
            Self::FiveYearEpoch => (U::Year, 2001, 2100, crate::dose::FIVE_YEAR_EPOCH as i64),
            Self::CertificateExamAge => (U::Month, 1, 24, 6),
            Self::PreExamAge => (U::Month, 1, 24, 12),
            Self::ProtectiveItemAge => (U::Month, 12, 240, 60),
            Self::PassMark => (U::Point, 1, 100, 60),
            Self::ClassHoursPerDay => (U::ClassHour, 1, 12, 8),
            Self::AcceptApplyDays => (U::Day, 1, 365, 60),
            Self::ServiceReportDays | Self::DeclareFirstDays => (U::Day, 1, 180, 30),
            Self::MultiSiteGrace => (U::Day, 0, 180, 30),
            Self::InspectionReportDays => (U::Day, 1, 60, 7),
            Self::DeclareChangeDays => (U::Day, 1, 180, 15),
            Self::QuietFrom => (U::Hour, 0, 23, 21),
            Self::QuietUntil => (U::Hour, 0, 23, 8),
        };
        Bounds { unit, min, max, default }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_lies_within_its_bounds() {
        for name in ParameterName::ALL {
            let bounds = name.bounds();
            assert!((bounds.min..=bounds.max).contains(&bounds.default), "{}", name.as_str());
        }
        assert_eq!(ParameterName::InvestigationLevel.bounds().default * 3 / 12, 1_250_000, "1.25 mSv in a quarter");
    }
}
