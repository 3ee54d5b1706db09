//! Code lists of occupational health: examinations with their items and conclusions, radiation diseases, and restrictions
//! of work.
//!
//! No code of these lists says more of a worker than his employer must know: why an item was left out and what a
//! restriction asks for stand in neutral words, and the kind of a restriction is only written behind a seal.

use crate::codes;

codes! {
    /// Kind of an occupational health examination.
    pub enum ExamKind = "EXAM_KIND" {
        PreJob = "PRE", "上岗前", "before radiation work";
        Periodic = "PER", "在岗期间", "periodic, during radiation work";
        Leaving = "LEA", "离岗", "on leaving radiation work";
        Emergency = "EME", "应急/事故照射", "after an emergency or accident";
        FollowUp = "FOL", "医学随访", "medical follow-up";
        Recheck = "REC", "复查", "re-examination";
    }

    /// Conclusion of an examination, in the wording of GBZ 98. `C1` and `S1` may stand beside another one.
    pub enum Conclusion = "EXAM_CONCLUSION" {
        MayWork = "P1", "可从事放射工作", "may work with radiation";
        MayWorkRestricted = "P2", "在一定限制条件下可从事放射工作", "may work with radiation under restrictions";
        MustNotWork = "P3", "不应（不宜）从事放射工作", "should not work with radiation";
        MayGoOn = "R1", "可继续原放射工作", "may go on with the radiation work";
        MayGoOnRestricted = "R2", "在一定限制条件下可从事放射工作", "may go on under restrictions";
        LeaveForATime = "R3", "暂时脱离放射工作", "leaves radiation work for a time";
        LeaveForGood = "R4", "不宜再做放射工作而调整做其他非放射工作", "is moved to work without radiation";
        LeavingWell = "L1", "未见异常，可离岗", "nothing found, may leave";
        LeavingFollowedUp = "L2", "需医学随访", "needs medical follow-up";
        NothingToDo = "E1", "无需处理", "no treatment needed";
        Observation = "E2", "医学观察", "medical observation";
        Admission = "E3", "收治", "admitted to hospital";
        Recheck = "C1", "需复查", "needs a re-examination";
        Suspected = "S1", "疑似职业性放射性疾病", "suspected occupational radiation disease";
    }

    /// Item of an examination.
    pub enum ExamItem = "EXAM_ITEM" {
        History = "HISTORY", "病史和职业史", "history and occupational history";
        Internal = "INTERNAL", "内科常规检查", "internal medicine";
        Dermatology = "DERMATOLOGY", "皮肤科常规检查", "dermatology";
        ColourVision = "EYE_COLOUR", "色觉", "colour vision";
        Acuity = "EYE_ACUITY", "视力", "visual acuity";
        Lens = "EYE_LENS", "晶状体裂隙灯检查", "slit lamp of the lens";
        Vitreous = "EYE_VITREOUS", "玻璃体", "vitreous body";
        Fundus = "EYE_FUNDUS", "眼底", "fundus";
        BloodCount = "BLOOD", "血常规和白细胞分类", "blood count and differential";
        Urine = "URINE", "尿常规", "urine";
        Liver = "LIVER", "肝功能", "liver function";
        Kidney = "KIDNEY", "肾功能", "kidney function";
        Aberration = "ABERRATION", "外周血淋巴细胞染色体畸变分析", "chromosome aberrations of lymphocytes";
        Micronucleus = "MICRONUCLEUS", "外周血淋巴细胞微核试验", "micronuclei of lymphocytes";
        ChestXray = "CHEST_XRAY", "胸部X射线检查", "chest X-ray";
        Ecg = "ECG", "心电图", "electrocardiogram";
        Abdomen = "ABDOMEN", "腹部超声", "abdominal ultrasound";
        Thyroid = "THYROID", "甲状腺功能", "thyroid function";
        Ent = "ENT", "耳鼻喉科常规检查", "ear, nose and throat";
        VisualField = "VISUAL_FIELD", "视野", "visual field";
        Psychology = "PSYCHOLOGY", "心理测试", "psychology";
        Lung = "LUNG", "肺功能", "lung function";
        Testosterone = "TESTOSTERONE", "血清睾酮", "serum testosterone";
        Sputum = "SPUTUM", "痰细胞学检查", "sputum cytology";
        WholeBody = "WHOLE_BODY", "全身计数测量", "whole-body count";
        Other = "OTHER", "其他", "other";
    }

    /// Why an item of an examination was not done.
    pub enum ItemMissing = "ITEM_MISSING" {
        Contraindicated = "CONTRAINDICATED", "不宜检查", "not advisable";
        Declined = "DECLINED", "本人未同意", "not agreed to by the worker";
        Recent = "RECENT", "采用近期结果", "a recent result is used";
        Unavailable = "UNAVAILABLE", "条件不具备", "not available";
        Other = "OTHER", "其他", "other";
    }

    /// Standard by which an examination was carried out.
    pub enum ExamStandard = "EXAM_STANDARD" {
        Gbz235Of2011 = "GBZ235-2011", "GBZ 235-2011", "GBZ 235-2011";
        Gbz98Of2017 = "GBZ98-2017", "GBZ 98-2017", "GBZ 98-2017";
        Gbz98Of2020 = "GBZ98-2020", "GBZ 98-2020", "GBZ 98-2020";
    }

    /// What an examination is to the earlier one that it names.
    pub enum ExamRelation = "EXAM_RELATION" {
        Recheck = "RECHECK", "复查", "re-examines it";
        FollowUp = "FOLLOW_UP", "随访", "follows it up";
        Supplement = "SUPPLEMENT", "补检", "supplies items that were missing";
        Replacement = "REPLACEMENT", "重新出具报告", "reports it anew with another conclusion";
    }

    /// How a worker said that he was told, that he agrees or that he declines.
    pub enum SaidBy = "SAID_BY" {
        Himself = "SELF", "本人账户签署", "signed with his own account";
        Paper = "PAPER", "本人签字的纸质文书", "a paper that he signed";
    }

    /// Who records what follows an examination.
    pub enum FollowedBy = "FOLLOWED_BY" {
        Employer = "EMPLOYER", "用人单位", "the employer";
        Examiner = "EXAMINER", "体检机构", "the examining organisation";
    }

    /// State of an examination.
    pub enum ExamState = "EXAM_STATE" {
        Reported = "REPORTED", "已报告", "reported";
        Delivered = "DELIVERED", "已送达用人单位", "delivered to the employer";
        Informed = "INFORMED", "已告知本人", "the worker was informed";
        Declined = "DECLINED", "本人拒绝离岗体检", "the worker declines the leaving examination";
        DeclineAccepted = "DECLINE_ACCEPTED", "已认可本人拒绝", "his refusal is accepted";
        DeclineRefused = "DECLINE_REFUSED", "未认可本人拒绝", "his refusal is not accepted";
    }

    /// Edition of the classification of occupational diseases.
    pub enum DiseaseCatalogue = "DISEASE_CATALOGUE" {
        Of2013 = "2013", "职业病分类和目录（2013年）", "classification of 2013";
        Of2025 = "2025", "职业病分类和目录（2025年8月1日起施行）", "classification in force since 2025-08-01";
    }

    /// Occupational radiation disease, of both editions of the classification: only ever behind a seal.
    pub enum RadiationDisease = "RADIATION_DISEASE" {
        Acute = "01", "外照射急性放射病", "acute radiation sickness from external exposure";
        Subacute = "02", "外照射亚急性放射病", "subacute radiation sickness from external exposure";
        Chronic = "03", "外照射慢性放射病", "chronic radiation sickness from external exposure";
        InternalExposure = "04", "内照射放射病", "radiation sickness from internal exposure";
        Skin = "05", "放射性皮肤疾病", "radiation skin disease";
        Tumour = "06", "放射性肿瘤（含矿工高氡暴露所致肺癌）", "radiation-induced tumour";
        Bone = "07", "放射性骨损伤", "radiation injury of bone";
        Thyroid = "08", "放射性甲状腺疾病", "radiation disease of the thyroid";
        Gonads = "09", "放射性性腺疾病", "radiation disease of the gonads";
        Combined = "10", "放射复合伤", "combined radiation injury";
        Other = "11", "其他放射性损伤", "other radiation injuries";
        Cataract = "12", "放射性白内障", "radiation cataract";
        Uranium = "13", "铀及其化合物中毒", "poisoning by uranium and its compounds";
    }

    /// What came of the diagnosis of a suspected disease.
    pub enum DiagnosisOutcome = "DIAGNOSIS_OUTCOME" {
        Disease = "DISEASE", "诊断为职业性放射性疾病", "occupational radiation disease";
        NoDisease = "NO_DISEASE", "未诊断为职业性放射性疾病", "no occupational radiation disease";
        Ended = "ENDED", "诊断终止", "the diagnosis was ended";
    }

    /// What a restriction of work asks for.
    pub enum RestrictionMeasure = "RESTRICTION_MEASURE" {
        NoInternal = "NO_INTERNAL", "不从事有内照射风险的工作", "no work with a risk of internal exposure";
        AvoidInternal = "AVOID_INTERNAL", "避免内照射", "internal exposure is avoided";
        NoEmergency = "NO_EMERGENCY", "不参与应急处理", "no emergency work";
        DoseLimited = "DOSE_LIMITED", "限制剂量", "the dose is limited";
        NoRadiation = "NO_RADIATION", "不从事放射工作", "no radiation work";
        Other = "OTHER", "其他", "other";
    }

    /// Why work is restricted: only ever behind a seal, in codes of one digit, so that a masked value tells nothing.
    pub enum RestrictionKind = "RESTRICTION_KIND" {
        Pregnancy = "1", "孕期", "pregnancy";
        BreastFeeding = "2", "哺乳期", "breast-feeding";
        Medical = "3", "健康原因", "medical reasons";
        Other = "9", "其他", "other";
    }

    /// State of a restriction.
    pub enum RestrictionState = "RESTRICTION_STATE" {
        InForce = "IN_FORCE", "限制中", "in force";
        Ended = "ENDED", "已解除", "ended";
    }
}

impl ExamKind {
    /// The kind to which a conclusion belongs; none when it may stand in any.
    fn of_conclusion(conclusion: Conclusion) -> Option<Self> {
        use Conclusion as C;
        match conclusion {
            C::MayWork | C::MayWorkRestricted | C::MustNotWork => Some(Self::PreJob),
            C::MayGoOn | C::MayGoOnRestricted | C::LeaveForATime | C::LeaveForGood => Some(Self::Periodic),
            C::LeavingWell | C::LeavingFollowedUp => Some(Self::Leaving),
            C::NothingToDo | C::Observation | C::Admission => Some(Self::Emergency),
            C::Recheck | C::Suspected => None,
        }
    }

    /// True when it concludes what an earlier examination, of any kind, left open.
    #[must_use]
    pub fn is_later(self) -> bool {
        matches!(self, Self::FollowUp | Self::Recheck)
    }

    /// Whether an examination of this kind may have this conclusion.
    #[must_use]
    pub fn may_conclude(self, conclusion: Conclusion) -> bool {
        self.is_later() || Self::of_conclusion(conclusion).is_none_or(|kind| kind == self)
    }
}

impl Conclusion {
    /// True when it may stand beside a conclusion about the work.
    #[must_use]
    pub fn is_flag(self) -> bool {
        matches!(self, Self::Recheck | Self::Suspected)
    }

    /// True when the worker may work under restrictions.
    #[must_use]
    pub fn is_restricted(self) -> bool {
        matches!(self, Self::MayWorkRestricted | Self::MayGoOnRestricted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conclusion_belongs_to_one_kind() {
        for conclusion in Conclusion::ALL {
            let kinds = ExamKind::ALL.iter().filter(|kind| !kind.is_later() && kind.may_conclude(*conclusion)).count();
            assert_eq!(kinds, if conclusion.is_flag() { 4 } else { 1 }, "{}", conclusion.as_str());
            assert!(ExamKind::Recheck.may_conclude(*conclusion));
        }
    }
}
