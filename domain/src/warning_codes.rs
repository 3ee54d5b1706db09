//! Code lists of warnings (codes.md §17, rules.md §3).

use crate::codes;

codes! {
    /// Grade of a warning, from the lightest up; shown as Ⅳ to Ⅰ.
    pub enum WarningGrade = "WARNING_GRADE" {
        Blue = "BLUE", "蓝色（提示）", "blue: notice";
        Yellow = "YELLOW", "黄色", "yellow";
        Orange = "ORANGE", "橙色", "orange";
        Red = "RED", "红色", "red";
    }

    /// Where a warning stands.
    pub enum WarningState = "WARNING_STATE" {
        Open = "OPEN", "待处理", "open";
        Acknowledged = "ACKNOWLEDGED", "已签收", "acknowledged";
        Rectifying = "RECTIFYING", "整改中", "being rectified";
        Submitted = "SUBMITTED", "整改待核", "rectification submitted";
        Returned = "RETURNED", "整改退回", "rectification returned";
        PendingClose = "PENDING_CLOSE", "待核销", "condition gone, waits to be closed";
        Disputed = "DISPUTED", "有异议", "disputed";
        Suspended = "SUSPENDED", "中止", "suspended";
        Waived = "WAIVED", "豁免", "waived";
        Cleared = "CLEARED", "自动解除", "cleared: the condition is gone";
        Closed = "CLOSED", "已核销", "closed by an officer";
    }

    /// In which capacity somebody takes note of a warning.
    pub enum WarningParty = "WARNING_PARTY" {
        Worker = "WORKER", "本人", "the worker";
        Unit = "UNIT", "责任单位", "the institution whose duty it is";
        Authority = "AUTHORITY", "监管部门", "the authority";
    }

    /// Ground on which a warning is waived for a time.
    pub enum WaiverGround = "WAIVER_GROUND" {
        Arranged = "ARRANGED", "已安排并有书面凭证", "arranged, with papers";
        ForceMajeure = "FORCE_MAJEURE", "不可抗力", "force majeure";
        NoCapacity = "NO_CAPACITY", "服务机构无法按期承接", "no organisation can do it in time";
        Other = "OTHER", "其他", "other";
    }

    /// Ground on which the clock of a warning stands.
    pub enum PauseGround = "PAUSE_GROUND" {
        Leave = "LEAVE", "本人休假或离岗学习", "the worker is on leave or study";
        Suspended = "BUSINESS_SUSPENDED", "单位停业", "the institution has suspended business";
        Proceeding = "PROCEEDING", "另案处理中", "another proceeding decides";
        Other = "OTHER", "其他", "other";
    }

    /// Ground on which a warning is disputed.
    pub enum DisputeGround = "DISPUTE_GROUND" {
        WrongData = "WRONG_DATA", "依据的数据有误", "the data behind it is wrong";
        NotOurs = "NOT_OURS", "非本单位责任", "not the duty of this institution";
        Done = "DONE", "事项已完成但未入账", "done, but not yet in the ledger";
        Other = "OTHER", "其他", "other";
    }

    /// How a dispute ends.
    pub enum DisputeRuling = "DISPUTE_RULING" {
        Stands = "STANDS", "预警成立", "the warning stands";
        Unfounded = "UNFOUNDED", "预警不成立，核销", "unfounded: the warning is closed";
    }
}
