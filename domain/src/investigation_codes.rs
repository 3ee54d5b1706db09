//! Code lists of the investigation of a dose: why, of what, what caused it, and what it came to.
//!
//! They came with the fifth catalogue. After their first release a list is only added to.

use crate::codes;

codes! {
    /// Why a dose is investigated.
    pub enum InvestigationBasis = "INVESTIGATION_BASIS" {
        Period = "PERIOD", "单周期剂量达到调查水平", "dose of one period at the investigation level";
        Year = "YEAR", "年度累计剂量", "dose of a calendar year";
        Block = "BLOCK", "连续五年累计剂量", "dose of five consecutive years";
        Missing = "MISSING", "剂量计丢失、损坏或读数作废", "dosimeter lost or damaged, or reading rejected";
        Unusual = "UNUSUAL", "其他异常", "otherwise unusual";
    }

    /// Of which quantity.
    pub enum DoseQuantity = "DOSE_QUANTITY" {
        Effective = "E", "有效剂量", "effective dose";
        Lens = "HLENS", "眼晶状体当量剂量", "equivalent dose to the lens of the eye";
        Extremity = "HEXT", "四肢或皮肤当量剂量", "equivalent dose to the extremities or the skin";
    }

    /// What caused the dose.
    pub enum InvestigationCause = "INVESTIGATION_CAUSE" {
        Workload = "WORKLOAD", "工作量增加", "higher workload";
        Practice = "PRACTICE", "操作或防护不当", "improper work or protection";
        Shielding = "SHIELDING", "防护设施缺陷", "defective shielding";
        Accident = "ACCIDENT", "异常照射或事故", "abnormal exposure or accident";
        WornWrong = "WORN_WRONG", "佩戴不当", "worn wrongly";
        LeftInField = "LEFT_IN_FIELD", "剂量计遗留在射线场或放射源旁", "dosimeter left in the beam or near a source";
        NotOccupational = "NOT_OCCUPATIONAL", "非职业照射（本人受检等）", "exposure not from work, such as his own examination";
        Contaminated = "CONTAMINATED", "剂量计受污染", "dosimeter contaminated";
        Laboratory = "LABORATORY", "测读或统计差错", "error of reading or of calculation";
        Missing = "MISSING", "剂量计丢失或损坏", "dosimeter lost or damaged";
        Unknown = "UNKNOWN", "原因不明", "unknown";
        Other = "OTHER", "其他", "other";
    }

    /// What an investigation finds.
    pub enum InvestigationFinding = "INVESTIGATION_FINDING" {
        Real = "REAL", "真实受照", "the dose was received";
        Artefact = "ARTEFACT", "虚假剂量", "the dose was not received";
        Nominal = "NOMINAL", "以名义剂量代替", "a nominal dose takes its place";
    }

    /// How a nominal dose is found (GBZ 128).
    pub enum NominalMethod = "NOMINAL_METHOD" {
        Direct = "A", "同期直读剂量计", "concurrent direct reader";
        Workplace = "B", "工作场所监测", "workplace monitoring";
        Coworkers = "C", "同岗位平均", "mean of co-workers";
        Previous = "D", "上年剂量折算", "dose of the year before, by days";
    }

    /// Why somebody whose signature belongs to an investigation did not sign.
    pub enum UnsignedReason = "UNSIGNED_REASON" {
        Left = "LEFT", "已离岗或机构已注销", "he left, or the organisation has ended";
        Unreachable = "UNREACHABLE", "无法联系或没有账户", "cannot be reached, or has no account";
        Refused = "REFUSED", "拒绝签名", "refused";
        NotConcerned = "NOT_CONCERNED", "不涉及该方", "not concerned";
    }

    /// State of an investigation.
    pub enum InvestigationState = "INVESTIGATION_STATE" {
        Opened = "OPENED", "已立案", "opened";
        Filed = "FILED", "调查表已提交", "form filed";
        Confirmed = "CONFIRMED", "本人已签名", "confirmed by the worker";
        Assessed = "ASSESSED", "监测机构已出意见", "assessed by the laboratory";
        Complete = "COMPLETE", "三方已签名", "signed by officer, worker and laboratory";
        Returned = "RETURNED", "已退回", "returned";
        Accepted = "ACCEPTED", "已认定", "accepted";
        Withdrawn = "WITHDRAWN", "已撤销", "withdrawn";
    }
}
