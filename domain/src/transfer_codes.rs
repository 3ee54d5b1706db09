//! Code lists of transfers of workers' files (workflows §20).

use crate::codes;

codes! {
    /// How a worker's file moves.
    pub enum TransferType = "TRANSFER_TYPE" {
        Department = "A", "本单位内部调整", "another department of the same institution";
        SameCounty = "B", "同一县区内换单位", "another institution of the same county";
        OtherCounty = "C", "市内跨县区换单位", "another county of the same city";
        OutOfCity = "D", "调往市外", "out of the city";
        IntoCity = "E", "由市外调入", "into the city";
        EmployerGone = "F", "原单位已不存在或档案在存档库", "the employer is gone, or the file lies in the archive pool";
        Parking = "G", "离开放射工作，档案存档", "leaves radiation work: the file is parked";
        MultiSite = "H", "多点执业或借调", "multi-site practice or secondment";
    }

    /// Step that a transfer waits at.
    pub enum TransferStep = "TRANSFER_STEP" {
        WorkerConsent = "WORKER_CONSENT", "本人同意", "consent of the worker";
        ReleasingInstitution = "RELEASING_INST", "转出单位审核", "releasing institution";
        ReleasingCounty = "RELEASING_COUNTY", "转出县区审核", "releasing county";
        ReceivingInstitution = "RECEIVING_INST", "接收单位审核", "receiving institution";
        ReceivingCounty = "RECEIVING_COUNTY", "接收县区审核", "receiving county";
        City = "CITY", "市级审核", "city";
        Packaging = "PACKAGING", "封装档案", "packaging";
        HandedOver = "HANDED_OVER", "待签收", "handed over, waits for the receipt";
    }

    /// State of a transfer.
    pub enum TransferState = "TRANSFER_STATE" {
        Open = "OPEN", "办理中", "open";
        Suspended = "SUSPENDED", "中止", "suspended";
        Rejected = "REJECTED", "不予流动", "rejected";
        Disputed = "DISPUTED", "争议待裁定", "disputed, waits for the city's ruling";
        Withdrawn = "WITHDRAWN", "已撤回", "withdrawn";
        Completed = "COMPLETED", "已完成", "completed";
    }

    /// Party of a transfer.
    pub enum TransferParty = "TRANSFER_PARTY" {
        Releasing = "RELEASING", "转出单位", "releasing institution";
        Receiving = "RECEIVING", "接收单位", "receiving institution";
        Worker = "WORKER", "本人", "the worker";
        ReleasingCounty = "RELEASING_COUNTY", "转出县区", "releasing county";
        ReceivingCounty = "RECEIVING_COUNTY", "接收县区", "receiving county";
    }

    /// What of his file the worker lets the new employer see.
    pub enum ConsentScope = "CONSENT_SCOPE" {
        Full = "FULL", "全部明细", "every detail";
        Statutory = "STATUTORY", "仅法定部分", "the statutory part only";
    }

    /// Ground on which a step may be rejected: a closed list.
    pub enum TransferRejection = "TRANSFER_REJECTION" {
        NotOurWorker = "NOT_OUR_WORKER", "非本单位人员", "not our worker";
        WrongPerson = "WRONG_PERSON", "人员信息错误", "wrong person";
        OpenAccident = "OPEN_ACCIDENT", "事故调查未结", "an accident is under investigation";
        LeavingExam = "LEAVING_EXAM", "未做离岗体检", "the leaving examination is missing";
        UnderInvestigation = "UNDER_INVESTIGATION", "案件查处中", "a case is under investigation";
        NotEmployed = "NOT_EMPLOYED", "本单位未录用", "not employed by us";
        PostUnsuitable = "POST_UNSUITABLE", "岗位不适合", "the post is not suitable";
        NoLicence = "NO_LICENCE", "单位无该类别许可", "the institution has no licence for the category";
        Duplicate = "DUPLICATE", "重复建档", "duplicate";
        Identity = "IDENTITY", "身份未核实", "the identity is not resolved";
        HistoryNotEvidenced = "HISTORY_NOT_EVIDENCED", "手工录入剂量史无证据", "the dose history entered by hand is not evidenced";
    }

    /// Undertaking under which something that is missing is let pass.
    pub enum TransferUndertaking = "TRANSFER_UNDERTAKING" {
        LeavingExam = "LEAVING_EXAM", "限期补做离岗体检", "the leaving examination is made up for";
        Papers = "PAPERS", "限期补交材料", "papers that are missing are handed in";
        Other = "OTHER", "其他承诺（见理由）", "another one, as the reason says";
    }

    /// Why somebody above acts in the place of who kept silent.
    pub enum SubstitutionGround = "SUBSTITUTION_GROUND" {
        Silent = "SILENT", "逾期未办理", "silent past the limit";
        Refuses = "REFUSES", "拒不办理", "refuses to act";
        Gone = "GONE", "单位已停业或注销", "closed or gone";
    }

    /// How well an outside dose history is evidenced.
    pub enum HistoryConfidence = "HISTORY_CONFIDENCE" {
        SealedElectronic = "A", "盖章电子文件", "sealed electronic document";
        SealedPaper = "B", "盖章纸质文件", "sealed paper";
        Statement = "C", "本人陈述", "the worker's statement";
    }

    /// What the city rules on a dispute.
    pub enum Ruling = "TRANSFER_RULING" {
        Approved = "APPROVED", "视为同意", "the disputed step counts as approved";
        Rejected = "REJECTED", "维持不予流动", "rejected for good";
    }
}
