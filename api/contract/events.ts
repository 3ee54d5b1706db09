// Printed from the field tables of the ledger; not written by hand.
// A member that the catalogue seals is plain here: it is what goes into `prepare`.

export type Meaning = "entry" | "declaration" | "correction" | "submission" | "approval" | "return" | "refusal" | "acknowledgement" | "receipt" | "consent" | "rectification" | "withdrawal" | "delegation" | "enrolment" | "revocation" | "examination" | "countersignature" | "system";
export type Kind = "ledger" | "policy" | "account" | "credential" | "grant" | "erasure" | "institution" | "device" | "person" | "employment" | "licence" | "monitoring_contract" | "dosimeter" | "dose_report" | "dose_result" | "parameter" | "holiday_table" | "code_list" | "import" | "attachment" | "device_test" | "investigation" | "exam_result" | "restriction" | "training_record" | "certificate" | "transfer" | "warning" | "desk" | "notification";
export type RefusalCode = "too_large" | "bad_envelope" | "not_ready" | "unknown_key" | "bad_signature" | "bad_json" | "not_canonical" | "bad_text" | "unknown_type" | "unknown_schema" | "unknown_field" | "missing_field" | "bad_value" | "kind_mismatch" | "wrong_ledger" | "signer_mismatch" | "id_reused" | "bad_batch" | "clock_skew" | "key_not_active" | "key_revoked" | "grant_invalid" | "assurance_too_low" | "not_authorised" | "four_eyes" | "seal_mismatch" | "unopened_seal" | "bad_reference" | "conflict" | "read_stale" | "claim_taken" | "already_recorded" | "refused" | "busy" | "read_only";
export interface EventRef { event: string; hash: string }
export interface RecordRef { kind: string; id: string }

/** Code lists: code, label in Chinese, label in English. */
export const codeLists = {
  ABSENCE_REASON: [
    { code: "SUSPENSION", zh: "暂时脱离放射工作", en: "suspended from radiation work" },
    { code: "STUDY", zh: "进修", en: "study" },
    { code: "MATERNITY", zh: "产假", en: "maternity" },
    { code: "SICK", zh: "病假", en: "sickness" },
    { code: "SECONDMENT", zh: "借调", en: "secondment" },
  ],
  ACCOUNT_KIND: [
    { code: "PERSON", zh: "自然人", en: "natural person" },
    { code: "ORGANISATION", zh: "组织", en: "organisation" },
    { code: "INSTRUMENT", zh: "仪器设备", en: "instrument" },
  ],
  ASSURANCE: [
    { code: "PHONE", zh: "手机密钥", en: "key on a phone" },
    { code: "SOFTWARE", zh: "软件密钥", en: "key in software" },
    { code: "HARDWARE", zh: "硬件密钥", en: "key in hardware" },
  ],
  ATTACHMENT_KIND: [
    { code: "LIC", zh: "放射诊疗许可证", en: "radiodiagnosis and radiotherapy licence" },
    { code: "PRC", zh: "执业证", en: "practice licence" },
    { code: "RSL", zh: "辐射安全许可证", en: "radiation safety licence" },
    { code: "PRE", zh: "预评价报告", en: "pre-evaluation report" },
    { code: "CTL", zh: "控制效果评价报告", en: "control-effect evaluation report" },
    { code: "ACC", zh: "验收意见", en: "acceptance opinion" },
    { code: "TST", zh: "检测报告", en: "test report" },
    { code: "DOS", zh: "剂量报告", en: "dose report" },
    { code: "EXM", zh: "体检报告", en: "health examination report" },
    { code: "TRN", zh: "培训证明", en: "proof of training" },
    { code: "CRT", zh: "放射工作人员证", en: "radiation worker's certificate" },
    { code: "IDC", zh: "身份证件", en: "identity document" },
    { code: "PHO", zh: "照片", en: "photograph" },
    { code: "RUL", zh: "制度", en: "rules" },
    { code: "PLN", zh: "应急预案", en: "emergency plan" },
    { code: "CHK", zh: "监督文书", en: "supervision document" },
    { code: "OTH", zh: "其他", en: "other" },
  ],
  AUTHORITY_LEVEL: [
    { code: "COUNTY", zh: "县区级", en: "county" },
    { code: "CITY", zh: "市级", en: "city" },
    { code: "PROVINCE", zh: "省级", en: "province" },
  ],
  CANCELLATION_GROUND: [
    { code: "1", zh: "医疗机构申请注销", en: "the institution applied for it" },
    { code: "2", zh: "逾期不申请校验或擅自变更放射诊疗科目", en: "not verified in time, or changed without approval" },
    { code: "3", zh: "校验不合格且逾期不改进或改进后仍不合格", en: "unfit at verification and not corrected" },
    { code: "4", zh: "歇业或停止诊疗科目连续1年以上", en: "closed, or work stopped for a year or more" },
    { code: "5", zh: "被吊销医疗机构执业许可证", en: "practice licence revoked" },
  ],
  CERT55: [
    { code: "1A", zh: "铀矿开采", en: "uranium mining" },
    { code: "1B", zh: "铀矿水冶", en: "uranium milling" },
    { code: "1C", zh: "铀的浓缩和转化", en: "enrichment and conversion" },
    { code: "1D", zh: "燃料制造", en: "fuel fabrication" },
    { code: "1E", zh: "反应堆运行", en: "reactor operation" },
    { code: "1F", zh: "燃料后处理", en: "fuel reprocessing" },
    { code: "1G", zh: "核燃料循环研究", en: "fuel-cycle research" },
    { code: "2A", zh: "诊断放射学", en: "diagnostic radiology" },
    { code: "2B", zh: "牙科放射学", en: "dental radiology" },
    { code: "2C", zh: "核医学", en: "nuclear medicine" },
    { code: "2D", zh: "放射治疗", en: "radiotherapy" },
    { code: "2E", zh: "介入放射学", en: "interventional radiology" },
    { code: "2F", zh: "医学应用其他", en: "other medical uses" },
    { code: "3A", zh: "工业辐照", en: "industrial irradiation" },
    { code: "3B", zh: "工业探伤", en: "industrial radiography" },
    { code: "3C", zh: "发光涂料工业", en: "luminizing" },
    { code: "3D", zh: "放射性同位素生产", en: "radioisotope production" },
    { code: "3E", zh: "测井", en: "well logging" },
    { code: "3F", zh: "加速器运行", en: "accelerator operation" },
    { code: "3G", zh: "工业应用其他", en: "other industrial uses" },
    { code: "4A", zh: "民用航空", en: "civil aviation" },
    { code: "4B", zh: "煤矿开采", en: "coal mining" },
    { code: "4C", zh: "其他矿藏开采", en: "other mineral mining" },
    { code: "4D", zh: "石油和天然气工业", en: "oil and gas industry" },
    { code: "4E", zh: "矿物和矿石处理", en: "handling of minerals and ores" },
    { code: "4F", zh: "天然源其他", en: "other natural sources" },
    { code: "5A", zh: "教育", en: "education" },
    { code: "5B", zh: "兽医学", en: "veterinary medicine" },
    { code: "5C", zh: "科学研究", en: "research" },
    { code: "5D", zh: "其他", en: "other" },
  ],
  CERTIFICATE_END: [
    { code: "LEFT", zh: "离开放射工作岗位", en: "left radiation work" },
    { code: "TRANSFERRED", zh: "调往其他单位", en: "moved to another employer" },
    { code: "UNFIT", zh: "不适宜从事放射工作", en: "unfit for radiation work" },
    { code: "DECEASED", zh: "死亡", en: "died" },
    { code: "REVOKED", zh: "被撤销", en: "revoked" },
    { code: "LOST_REPLACED", zh: "遗失补发", en: "lost and replaced" },
    { code: "OTHER", zh: "其他", en: "other" },
  ],
  CERTIFICATE_ENTRY: [
    { code: "DOSE_YEAR", zh: "年度个人剂量", en: "dose of a year" },
    { code: "EXAM", zh: "职业健康检查", en: "health examination" },
    { code: "TRAINING", zh: "防护知识培训", en: "training" },
  ],
  CERTIFICATE_PAPER: [
    { code: "FORM", zh: "申请表", en: "application form" },
    { code: "IDENTITY", zh: "身份证件", en: "identity document" },
    { code: "PHOTO", zh: "照片", en: "photograph" },
    { code: "EXAM", zh: "职业健康检查报告", en: "report of the health examination" },
    { code: "TRAINING", zh: "培训合格证明", en: "proof of training" },
    { code: "POST", zh: "岗位证明", en: "proof of the post" },
    { code: "OTHER", zh: "其他材料", en: "other papers" },
  ],
  CERTIFICATE_REFUSAL: [
    { code: "AGE", zh: "未满18周岁", en: "under 18" },
    { code: "EXAM", zh: "职业健康检查不符合要求", en: "the health examination does not do" },
    { code: "TRAINING", zh: "防护知识培训考核不合格", en: "not trained, or not passed" },
    { code: "CONDUCT", zh: "不遵守防护规定或不接受个人剂量监测", en: "does not keep to the rules, or is not monitored" },
    { code: "PAPERS", zh: "材料不齐", en: "papers are missing" },
    { code: "AUTHORITY", zh: "不属于本机关职权范围", en: "another authority decides" },
    { code: "OTHER", zh: "其他", en: "other" },
  ],
  CLOCK: [
    { code: "system", zh: "系统时钟", en: "system clock" },
    { code: "simulated", zh: "模拟时钟（仅演示）", en: "simulated, only in a demonstration" },
  ],
  CODE_STATUS: [
    { code: "IN_FORCE", zh: "可用", en: "in force" },
    { code: "WITHDRAWN", zh: "停用", en: "withdrawn" },
  ],
  CONSENT_SCOPE: [
    { code: "FULL", zh: "全部明细", en: "every detail" },
    { code: "STATUTORY", zh: "仅法定部分", en: "the statutory part only" },
  ],
  CONSTANCY_ITEM: [
    { code: "CTN", zh: "水模体CT值", en: "CT number of water" },
    { code: "CTZ", zh: "水模体噪声", en: "noise of water" },
    { code: "CTU", zh: "水模体均匀性", en: "uniformity of water" },
    { code: "HCR", zh: "高对比分辨力", en: "high-contrast resolution" },
    { code: "LCR", zh: "低对比可探测能力", en: "low-contrast detectability" },
    { code: "CCH", zh: "诊断床定位精度", en: "couch positioning" },
    { code: "KVP", zh: "管电压", en: "tube voltage" },
    { code: "OUT", zh: "输出量重复性", en: "output repeatability" },
    { code: "AEC", zh: "自动曝光控制", en: "automatic exposure control" },
    { code: "DET", zh: "探测器（IP）响应均匀性", en: "detector uniformity" },
    { code: "LFD", zh: "光野照射野一致性", en: "light and radiation field" },
    { code: "ESR", zh: "入射体表空气比释动能率", en: "entrance air-kerma rate" },
    { code: "IMG", zh: "模体影像质量", en: "phantom image" },
    { code: "INT", zh: "安全联锁", en: "safety interlocks" },
    { code: "DLY", zh: "输出剂量日检", en: "daily output" },
    { code: "LAS", zh: "激光定位灯", en: "positioning lasers" },
    { code: "DOS", zh: "输出剂量", en: "output dose" },
    { code: "SYM", zh: "射线野均整度与对称性", en: "flatness and symmetry" },
    { code: "ABS", zh: "绝对剂量校准", en: "absolute dose calibration" },
    { code: "POS", zh: "源到位精度", en: "source positioning" },
    { code: "UNI", zh: "视野均匀性", en: "field uniformity" },
    { code: "PEK", zh: "能峰", en: "energy peak" },
    { code: "COR", zh: "旋转中心", en: "centre of rotation" },
    { code: "OTH", zh: "其他", en: "other" },
  ],
  DEVICE_KIND: [
    { code: "X01", zh: "医用X射线CT", en: "medical CT" },
    { code: "X02", zh: "DR", en: "digital radiography" },
    { code: "X03", zh: "CR", en: "computed radiography" },
    { code: "X04", zh: "屏片/普通摄影机", en: "screen-film radiography" },
    { code: "X05", zh: "透视机/胃肠机", en: "fluoroscopy" },
    { code: "X06", zh: "乳腺X射线机", en: "mammography" },
    { code: "X07", zh: "口内牙片机", en: "intra-oral dental" },
    { code: "X08", zh: "牙科全景机", en: "panoramic dental" },
    { code: "X09", zh: "口腔CBCT", en: "dental CBCT" },
    { code: "X10", zh: "骨密度仪", en: "bone densitometer" },
    { code: "X11", zh: "移动C形臂", en: "mobile C-arm" },
    { code: "X12", zh: "移动（床旁）X射线机", en: "mobile radiography" },
    { code: "X13", zh: "碎石定位机", en: "lithotripsy positioning" },
    { code: "X14", zh: "车载X射线机", en: "vehicle-mounted radiography" },
    { code: "I01", zh: "DSA", en: "angiography (DSA)" },
    { code: "I02", zh: "介入用其他设备", en: "other interventional" },
    { code: "N01", zh: "SPECT(/CT)", en: "SPECT(/CT)" },
    { code: "N02", zh: "PET(/CT,/MR)", en: "PET(/CT,/MR)" },
    { code: "N03", zh: "γ相机", en: "gamma camera" },
    { code: "N04", zh: "回旋加速器", en: "cyclotron" },
    { code: "N05", zh: "放射性药物治疗", en: "radiopharmaceutical therapy" },
    { code: "N06", zh: "籽粒插植", en: "seed implantation" },
    { code: "R01", zh: "医用电子直线加速器", en: "medical linear accelerator" },
    { code: "R02", zh: "γ刀/立体定向", en: "gamma knife" },
    { code: "R03", zh: "机械臂放疗设备", en: "robotic radiotherapy" },
    { code: "R04", zh: "螺旋断层放疗", en: "tomotherapy" },
    { code: "R05", zh: "钴-60机", en: "cobalt-60 unit" },
    { code: "R06", zh: "后装机", en: "afterloader" },
    { code: "R07", zh: "质子/重离子", en: "proton or heavy ion" },
    { code: "R08", zh: "模拟定位机", en: "simulator" },
    { code: "R09", zh: "X射线治疗机", en: "X-ray therapy unit" },
  ],
  DEVICE_STATE: [
    { code: "REGISTERED", zh: "已登记", en: "registered" },
    { code: "INSTALLED", zh: "已安装", en: "installed" },
    { code: "IN_USE", zh: "在用", en: "in use" },
    { code: "STANDBY", zh: "备用", en: "standby" },
    { code: "REPAIR", zh: "维修", en: "under repair" },
    { code: "OUT_OF_SERVICE", zh: "停用", en: "out of service" },
    { code: "DECOMMISSIONED", zh: "报废", en: "decommissioned" },
  ],
  DIAGNOSIS_OUTCOME: [
    { code: "DISEASE", zh: "诊断为职业性放射性疾病", en: "occupational radiation disease" },
    { code: "NO_DISEASE", zh: "未诊断为职业性放射性疾病", en: "no occupational radiation disease" },
    { code: "ENDED", zh: "诊断终止", en: "the diagnosis was ended" },
  ],
  DISEASE_CATALOGUE: [
    { code: "2013", zh: "职业病分类和目录（2013年）", en: "classification of 2013" },
    { code: "2025", zh: "职业病分类和目录（2025年8月1日起施行）", en: "classification in force since 2025-08-01" },
  ],
  DISPOSAL_METHOD: [
    { code: "DISABLED", zh: "去功能化后报废", en: "disabled and scrapped" },
    { code: "RETURNED", zh: "返厂", en: "returned to the maker" },
    { code: "TRANSFERRED", zh: "转让", en: "transferred" },
  ],
  DISPUTE_GROUND: [
    { code: "WRONG_DATA", zh: "依据的数据有误", en: "the data behind it is wrong" },
    { code: "NOT_OURS", zh: "非本单位责任", en: "not the duty of this institution" },
    { code: "DONE", zh: "事项已完成但未入账", en: "done, but not yet in the ledger" },
    { code: "OTHER", zh: "其他", en: "other" },
  ],
  DISPUTE_RULING: [
    { code: "STANDS", zh: "预警成立", en: "the warning stands" },
    { code: "UNFOUNDED", zh: "预警不成立，核销", en: "unfounded: the warning is closed" },
  ],
  DOCUMENT_KIND: [
    { code: "PRC", zh: "医疗机构执业许可证", en: "practice licence" },
    { code: "PRF", zh: "诊所备案凭证", en: "clinic filing receipt" },
    { code: "TSQ", zh: "放射卫生技术服务机构资质证书", en: "technical-service qualification" },
    { code: "HEF", zh: "职业健康检查机构备案回执", en: "health-exam filing receipt" },
    { code: "RSL", zh: "辐射安全许可证", en: "radiation safety licence" },
    { code: "RUL", zh: "放射防护管理制度", en: "radiation protection rules" },
    { code: "PLN", zh: "放射事件应急预案", en: "emergency plan" },
    { code: "OTH", zh: "其他", en: "other" },
  ],
  DOCUMENT_RESULT: [
    { code: "GENUINE", zh: "属实", en: "genuine" },
    { code: "DOUBTFUL", zh: "存疑", en: "doubtful" },
    { code: "REFUSED", zh: "不符", en: "refused" },
  ],
  DOSE_QUANTITY: [
    { code: "E", zh: "有效剂量", en: "effective dose" },
    { code: "HLENS", zh: "眼晶状体当量剂量", en: "equivalent dose to the lens of the eye" },
    { code: "HEXT", zh: "四肢或皮肤当量剂量", en: "equivalent dose to the extremities or the skin" },
  ],
  DOSIMETER_KIND: [
    { code: "TLD", zh: "热释光", en: "thermoluminescent" },
    { code: "OSL", zh: "光释光", en: "optically stimulated" },
    { code: "RPL", zh: "辐射光致发光", en: "radiophotoluminescent" },
    { code: "EPD", zh: "电子剂量计", en: "electronic" },
    { code: "FILM", zh: "胶片", en: "film" },
  ],
  DUPLICATE_REASON: [
    { code: "LOST", zh: "遗失", en: "lost" },
    { code: "DAMAGED", zh: "损毁", en: "damaged" },
  ],
  EFFECTIVE_METHOD: [
    { code: "SINGLE", zh: "单剂量计", en: "one dosimeter, no apron" },
    { code: "OUTSIDE", zh: "铅围裙外单剂量计", en: "one dosimeter, outside the apron" },
    { code: "DOUBLE", zh: "双剂量计", en: "two dosimeters, under and over the apron" },
  ],
  END_REASON: [
    { code: "TRANSFER_IN_CITY", zh: "市内调动", en: "moved within the city" },
    { code: "TRANSFER_OUT_CITY", zh: "调往市外", en: "moved out of the city" },
    { code: "CHANGE_POST", zh: "调离放射岗位", en: "moved to other work" },
    { code: "RETIRE", zh: "退休", en: "retired" },
    { code: "RESIGN", zh: "辞职", en: "resigned" },
    { code: "DEATH", zh: "死亡", en: "died" },
    { code: "UNFIT", zh: "不适宜从事放射工作", en: "unfit for radiation work" },
    { code: "OTHER", zh: "其他", en: "other" },
  ],
  ENVIRONMENT: [
    { code: "production", zh: "正式", en: "production" },
    { code: "test", zh: "测试", en: "test" },
    { code: "demonstration", zh: "演示", en: "demonstration" },
  ],
  ERASURE_GROUND: [
    { code: "PURPOSE", zh: "处理目的已实现", en: "purpose fulfilled or no longer needed" },
    { code: "CONSENT", zh: "个人撤回同意", en: "consent withdrawn" },
    { code: "UNLAWFUL", zh: "违法处理", en: "unlawful processing" },
    { code: "MISTAKEN", zh: "误录", en: "entered by mistake" },
  ],
  EXAM_CONCLUSION: [
    { code: "P1", zh: "可从事放射工作", en: "may work with radiation" },
    { code: "P2", zh: "在一定限制条件下可从事放射工作", en: "may work with radiation under restrictions" },
    { code: "P3", zh: "不应（不宜）从事放射工作", en: "should not work with radiation" },
    { code: "R1", zh: "可继续原放射工作", en: "may go on with the radiation work" },
    { code: "R2", zh: "在一定限制条件下可从事放射工作", en: "may go on under restrictions" },
    { code: "R3", zh: "暂时脱离放射工作", en: "leaves radiation work for a time" },
    { code: "R4", zh: "不宜再做放射工作而调整做其他非放射工作", en: "is moved to work without radiation" },
    { code: "L1", zh: "未见异常，可离岗", en: "nothing found, may leave" },
    { code: "L2", zh: "需医学随访", en: "needs medical follow-up" },
    { code: "E1", zh: "无需处理", en: "no treatment needed" },
    { code: "E2", zh: "医学观察", en: "medical observation" },
    { code: "E3", zh: "收治", en: "admitted to hospital" },
    { code: "C1", zh: "需复查", en: "needs a re-examination" },
    { code: "S1", zh: "疑似职业性放射性疾病", en: "suspected occupational radiation disease" },
  ],
  EXAM_ITEM: [
    { code: "HISTORY", zh: "病史和职业史", en: "history and occupational history" },
    { code: "INTERNAL", zh: "内科常规检查", en: "internal medicine" },
    { code: "DERMATOLOGY", zh: "皮肤科常规检查", en: "dermatology" },
    { code: "EYE_COLOUR", zh: "色觉", en: "colour vision" },
    { code: "EYE_ACUITY", zh: "视力", en: "visual acuity" },
    { code: "EYE_LENS", zh: "晶状体裂隙灯检查", en: "slit lamp of the lens" },
    { code: "EYE_VITREOUS", zh: "玻璃体", en: "vitreous body" },
    { code: "EYE_FUNDUS", zh: "眼底", en: "fundus" },
    { code: "BLOOD", zh: "血常规和白细胞分类", en: "blood count and differential" },
    { code: "URINE", zh: "尿常规", en: "urine" },
    { code: "LIVER", zh: "肝功能", en: "liver function" },
    { code: "KIDNEY", zh: "肾功能", en: "kidney function" },
    { code: "ABERRATION", zh: "外周血淋巴细胞染色体畸变分析", en: "chromosome aberrations of lymphocytes" },
    { code: "MICRONUCLEUS", zh: "外周血淋巴细胞微核试验", en: "micronuclei of lymphocytes" },
    { code: "CHEST_XRAY", zh: "胸部X射线检查", en: "chest X-ray" },
    { code: "ECG", zh: "心电图", en: "electrocardiogram" },
    { code: "ABDOMEN", zh: "腹部超声", en: "abdominal ultrasound" },
    { code: "THYROID", zh: "甲状腺功能", en: "thyroid function" },
    { code: "ENT", zh: "耳鼻喉科常规检查", en: "ear, nose and throat" },
    { code: "VISUAL_FIELD", zh: "视野", en: "visual field" },
    { code: "PSYCHOLOGY", zh: "心理测试", en: "psychology" },
    { code: "LUNG", zh: "肺功能", en: "lung function" },
    { code: "TESTOSTERONE", zh: "血清睾酮", en: "serum testosterone" },
    { code: "SPUTUM", zh: "痰细胞学检查", en: "sputum cytology" },
    { code: "WHOLE_BODY", zh: "全身计数测量", en: "whole-body count" },
    { code: "OTHER", zh: "其他", en: "other" },
  ],
  EXAM_KIND: [
    { code: "PRE", zh: "上岗前", en: "before radiation work" },
    { code: "PER", zh: "在岗期间", en: "periodic, during radiation work" },
    { code: "LEA", zh: "离岗", en: "on leaving radiation work" },
    { code: "EME", zh: "应急/事故照射", en: "after an emergency or accident" },
    { code: "FOL", zh: "医学随访", en: "medical follow-up" },
    { code: "REC", zh: "复查", en: "re-examination" },
  ],
  EXAM_RELATION: [
    { code: "RECHECK", zh: "复查", en: "re-examines it" },
    { code: "FOLLOW_UP", zh: "随访", en: "follows it up" },
    { code: "SUPPLEMENT", zh: "补检", en: "supplies items that were missing" },
    { code: "REPLACEMENT", zh: "重新出具报告", en: "reports it anew with another conclusion" },
  ],
  EXAM_STANDARD: [
    { code: "GBZ235-2011", zh: "GBZ 235-2011", en: "GBZ 235-2011" },
    { code: "GBZ98-2017", zh: "GBZ 98-2017", en: "GBZ 98-2017" },
    { code: "GBZ98-2020", zh: "GBZ 98-2020", en: "GBZ 98-2020" },
  ],
  FOLLOWED_BY: [
    { code: "EMPLOYER", zh: "用人单位", en: "the employer" },
    { code: "EXAMINER", zh: "体检机构", en: "the examining organisation" },
  ],
  GBZ128: [
    { code: "1A", zh: "铀矿开采", en: "uranium mining" },
    { code: "1B", zh: "铀矿水冶", en: "uranium milling" },
    { code: "1C", zh: "铀的浓缩和转化", en: "enrichment and conversion" },
    { code: "1D", zh: "燃料制造", en: "fuel fabrication" },
    { code: "1E", zh: "反应堆运行", en: "reactor operation" },
    { code: "1F", zh: "燃料后处理", en: "fuel reprocessing" },
    { code: "1G", zh: "核燃料循环研究", en: "fuel-cycle research" },
    { code: "2A", zh: "诊断放射学", en: "diagnostic radiology" },
    { code: "2B", zh: "牙科放射学", en: "dental radiology" },
    { code: "2C", zh: "核医学", en: "nuclear medicine" },
    { code: "2D", zh: "放射治疗", en: "radiotherapy" },
    { code: "2E", zh: "介入放射学", en: "interventional radiology" },
    { code: "2F", zh: "医学应用其他", en: "other medical uses" },
    { code: "3A", zh: "工业辐照", en: "industrial irradiation" },
    { code: "3B", zh: "工业探伤", en: "industrial radiography" },
    { code: "3C", zh: "发光涂料工业", en: "luminizing" },
    { code: "3D", zh: "放射性同位素生产", en: "radioisotope production" },
    { code: "3E", zh: "测井", en: "well logging" },
    { code: "3F", zh: "加速器运行", en: "accelerator operation" },
    { code: "3G", zh: "工业应用其他", en: "other industrial uses" },
    { code: "4A", zh: "民用航空", en: "civil aviation" },
    { code: "4B", zh: "煤矿开采", en: "coal mining" },
    { code: "4C", zh: "其他矿藏开采", en: "other mineral mining" },
    { code: "4D", zh: "石油和天然气工业", en: "oil and gas industry" },
    { code: "4E", zh: "矿物和矿石处理", en: "handling of minerals and ores" },
    { code: "4F", zh: "天然源其他", en: "other natural sources" },
    { code: "5A", zh: "核舰艇及支持设备", en: "nuclear ships and support facilities" },
    { code: "5B", zh: "其他国防活动", en: "other defence activities" },
    { code: "6A", zh: "教育", en: "education" },
    { code: "6B", zh: "兽医学", en: "veterinary medicine" },
    { code: "6C", zh: "其他", en: "other" },
  ],
  GRADE: [
    { code: "3A", zh: "三级甲等", en: "level 3 grade A" },
    { code: "3B", zh: "三级乙等", en: "level 3 grade B" },
    { code: "3C", zh: "三级丙等", en: "level 3 grade C" },
    { code: "30", zh: "三级未定等", en: "level 3" },
    { code: "2A", zh: "二级甲等", en: "level 2 grade A" },
    { code: "2B", zh: "二级乙等", en: "level 2 grade B" },
    { code: "2C", zh: "二级丙等", en: "level 2 grade C" },
    { code: "20", zh: "二级未定等", en: "level 2" },
    { code: "1A", zh: "一级甲等", en: "level 1 grade A" },
    { code: "1B", zh: "一级乙等", en: "level 1 grade B" },
    { code: "1C", zh: "一级丙等", en: "level 1 grade C" },
    { code: "10", zh: "一级未定等", en: "level 1" },
    { code: "00", zh: "未定级", en: "ungraded" },
  ],
  HISTORY_CONFIDENCE: [
    { code: "A", zh: "盖章电子文件", en: "sealed electronic document" },
    { code: "B", zh: "盖章纸质文件", en: "sealed paper" },
    { code: "C", zh: "本人陈述", en: "the worker's statement" },
  ],
  HOLIDAY_KIND: [
    { code: "HOLIDAY", zh: "放假", en: "holiday" },
    { code: "MAKEUP_WORKDAY", zh: "调休上班", en: "make-up workday" },
  ],
  ID_DOCUMENT: [
    { code: "01", zh: "居民身份证", en: "resident identity card" },
    { code: "02", zh: "护照", en: "passport" },
    { code: "03", zh: "港澳居民来往内地通行证", en: "travel permit of Hong Kong and Macao residents" },
    { code: "04", zh: "台湾居民来往大陆通行证", en: "travel permit of Taiwan residents" },
    { code: "05", zh: "外国人永久居留身份证", en: "permanent residence card of foreigners" },
    { code: "09", zh: "其他", en: "other" },
  ],
  IMPORT_KIND: [
    { code: "DOSE", zh: "个人剂量监测报告", en: "personal dose reports" },
  ],
  IMPORT_STOP: [
    { code: "REFUSED", zh: "账本拒绝", en: "the ledger refused" },
    { code: "WITHDRAWN", zh: "导入人中止", en: "withdrawn by whoever imports" },
    { code: "CHANGED", zh: "文件已更改", en: "the file was changed" },
  ],
  INSTITUTION_KIND: [
    { code: "RAD", zh: "放射诊疗机构", en: "radiological institution" },
    { code: "TSO", zh: "放射卫生技术服务机构", en: "technical-service organisation" },
    { code: "HEO", zh: "职业健康检查机构", en: "health-exam organisation" },
    { code: "IND", zh: "非医用放射工作单位", en: "industrial user" },
    { code: "TRN", zh: "培训单位", en: "training organisation" },
    { code: "REG", zh: "监督/卫健部门", en: "regulator" },
    { code: "CDC", zh: "疾控机构", en: "centre for disease control" },
  ],
  INVESTIGATION_BASIS: [
    { code: "PERIOD", zh: "单周期剂量达到调查水平", en: "dose of one period at the investigation level" },
    { code: "YEAR", zh: "年度累计剂量", en: "dose of a calendar year" },
    { code: "BLOCK", zh: "连续五年累计剂量", en: "dose of five consecutive years" },
    { code: "MISSING", zh: "剂量计丢失、损坏或读数作废", en: "dosimeter lost or damaged, or reading rejected" },
    { code: "UNUSUAL", zh: "其他异常", en: "otherwise unusual" },
  ],
  INVESTIGATION_CAUSE: [
    { code: "WORKLOAD", zh: "工作量增加", en: "higher workload" },
    { code: "PRACTICE", zh: "操作或防护不当", en: "improper work or protection" },
    { code: "SHIELDING", zh: "防护设施缺陷", en: "defective shielding" },
    { code: "ACCIDENT", zh: "异常照射或事故", en: "abnormal exposure or accident" },
    { code: "WORN_WRONG", zh: "佩戴不当", en: "worn wrongly" },
    { code: "LEFT_IN_FIELD", zh: "剂量计遗留在射线场或放射源旁", en: "dosimeter left in the beam or near a source" },
    { code: "NOT_OCCUPATIONAL", zh: "非职业照射（本人受检等）", en: "exposure not from work, such as his own examination" },
    { code: "CONTAMINATED", zh: "剂量计受污染", en: "dosimeter contaminated" },
    { code: "LABORATORY", zh: "测读或统计差错", en: "error of reading or of calculation" },
    { code: "MISSING", zh: "剂量计丢失或损坏", en: "dosimeter lost or damaged" },
    { code: "UNKNOWN", zh: "原因不明", en: "unknown" },
    { code: "OTHER", zh: "其他", en: "other" },
  ],
  INVESTIGATION_FINDING: [
    { code: "REAL", zh: "真实受照", en: "the dose was received" },
    { code: "ARTEFACT", zh: "虚假剂量", en: "the dose was not received" },
    { code: "NOMINAL", zh: "以名义剂量代替", en: "a nominal dose takes its place" },
  ],
  ITEM_MISSING: [
    { code: "CONTRAINDICATED", zh: "不宜检查", en: "not advisable" },
    { code: "DECLINED", zh: "本人未同意", en: "not agreed to by the worker" },
    { code: "RECENT", zh: "采用近期结果", en: "a recent result is used" },
    { code: "UNAVAILABLE", zh: "条件不具备", en: "not available" },
    { code: "OTHER", zh: "其他", en: "other" },
  ],
  LEVEL: [
    { code: "T", zh: "市级", en: "city" },
    { code: "C", zh: "县区级", en: "county" },
    { code: "S", zh: "服务机构", en: "service organisation" },
    { code: "I", zh: "用户单位", en: "institution" },
    { code: "W", zh: "从业人员", en: "worker" },
    { code: "X", zh: "外部", en: "external" },
  ],
  LICENCE_CLASS: [
    { code: "RT", zh: "放射治疗", en: "radiotherapy" },
    { code: "NM", zh: "核医学", en: "nuclear medicine" },
    { code: "IR", zh: "介入放射学", en: "interventional radiology" },
    { code: "XR", zh: "X射线影像诊断", en: "diagnostic X-ray imaging" },
  ],
  LICENCE_ITEM: [
    { code: "RT-1", zh: "立体定向（γ刀、X刀）治疗", en: "stereotactic radiotherapy" },
    { code: "RT-2", zh: "医用加速器治疗", en: "medical accelerator" },
    { code: "RT-3", zh: "质子等重粒子治疗", en: "protons and heavier particles" },
    { code: "RT-4", zh: "钴-60机治疗", en: "cobalt-60 unit" },
    { code: "RT-5", zh: "后装治疗机治疗", en: "afterloading" },
    { code: "RT-6", zh: "深部、浅部X射线治疗机治疗", en: "deep and superficial X-ray therapy" },
    { code: "RT-7", zh: "敷贴治疗", en: "surface applicator therapy" },
    { code: "RT-8", zh: "其他放射治疗项目", en: "other radiotherapy" },
    { code: "NM-1", zh: "PET影像诊断", en: "PET imaging" },
    { code: "NM-2", zh: "SPECT影像诊断", en: "SPECT imaging" },
    { code: "NM-3", zh: "γ相机影像诊断", en: "gamma camera imaging" },
    { code: "NM-4", zh: "γ骨密度测量", en: "gamma bone densitometry" },
    { code: "NM-5", zh: "籽粒插植治疗", en: "seed implantation" },
    { code: "NM-6", zh: "放射性药物治疗", en: "radiopharmaceutical therapy" },
    { code: "NM-7", zh: "其他核医学诊疗项目", en: "other nuclear medicine" },
    { code: "IR-1", zh: "DSA介入放射诊疗", en: "interventions under DSA" },
    { code: "IR-2", zh: "其他影像设备介入放射诊疗", en: "interventions under other imaging" },
    { code: "XR-1", zh: "X射线CT影像诊断", en: "X-ray CT" },
    { code: "XR-2", zh: "CR、DR影像诊断", en: "computed and digital radiography" },
    { code: "XR-3", zh: "牙科X射线影像诊断", en: "dental X-ray" },
    { code: "XR-4", zh: "乳腺X射线影像诊断", en: "mammography" },
    { code: "XR-5", zh: "普通X射线机影像诊断", en: "conventional X-ray" },
    { code: "XR-6", zh: "其他X射线影像诊断", en: "other diagnostic X-ray" },
  ],
  LICENCE_TYPE: [
    { code: "LIC", zh: "放射诊疗许可证", en: "radiology licence" },
    { code: "RSL", zh: "辐射安全许可证", en: "radiation safety licence" },
    { code: "PRC", zh: "医疗机构执业许可证", en: "practice licence" },
    { code: "PRF", zh: "诊所备案凭证", en: "clinic filing receipt" },
    { code: "LEQ", zh: "大型医用设备配置许可证", en: "large-equipment permit" },
  ],
  MAJOR_COMPONENT: [
    { code: "TUBE", zh: "球管", en: "X-ray tube" },
    { code: "DETECTOR", zh: "探测器", en: "detector" },
    { code: "GENERATOR", zh: "高压发生器", en: "high-voltage generator" },
    { code: "COLLIMATOR", zh: "准直器", en: "collimator" },
    { code: "WAVEGUIDE", zh: "加速管", en: "accelerating tube" },
    { code: "OTHER", zh: "其他", en: "other" },
  ],
  MEDIA_TYPE: [
    { code: "PDF", zh: "PDF、PDF/A", en: "PDF or PDF/A" },
    { code: "JPEG", zh: "JPEG图像", en: "JPEG image" },
    { code: "PNG", zh: "PNG图像", en: "PNG image" },
    { code: "OFD", zh: "OFD版式文件（GB/T 33190）", en: "OFD document (GB/T 33190)" },
  ],
  MEDICAL_TYPE: [
    { code: "A100", zh: "综合医院", en: "general hospital" },
    { code: "A200", zh: "中医医院", en: "hospital of Chinese medicine" },
    { code: "A300", zh: "中西医结合医院", en: "integrated hospital" },
    { code: "A400", zh: "民族医院", en: "hospital of ethnic medicine" },
    { code: "A500", zh: "专科医院", en: "specialised hospital" },
    { code: "A600", zh: "疗养院", en: "sanatorium" },
    { code: "A700", zh: "护理院", en: "nursing home" },
    { code: "B100", zh: "社区卫生服务中心", en: "community health centre" },
    { code: "B200", zh: "社区卫生服务站", en: "community health station" },
    { code: "C100", zh: "街道卫生院", en: "street health centre" },
    { code: "C200", zh: "乡镇卫生院", en: "town health centre" },
    { code: "D", zh: "门诊部/诊所", en: "clinic" },
    { code: "E", zh: "急救中心", en: "emergency centre" },
    { code: "F", zh: "采供血机构", en: "blood service" },
    { code: "G", zh: "妇幼保健院", en: "maternal and child health hospital" },
    { code: "H", zh: "专科疾病防治院", en: "disease prevention institute" },
    { code: "J", zh: "疾病预防控制中心", en: "centre for disease control" },
    { code: "K", zh: "卫生监督所", en: "health supervision" },
    { code: "M", zh: "医学科研机构", en: "research institute" },
    { code: "N", zh: "医学教育机构", en: "medical school" },
    { code: "P", zh: "其他", en: "other" },
  ],
  MONITORING_REASON: [
    { code: "1", zh: "常规监测", en: "routine" },
    { code: "2", zh: "任务相关监测", en: "task related" },
    { code: "3", zh: "特殊监测", en: "special" },
    { code: "4", zh: "事故/应急监测", en: "accident or emergency" },
    { code: "5", zh: "追溯（名义剂量）", en: "retrospective (nominal dose)" },
  ],
  NOMINAL_METHOD: [
    { code: "A", zh: "同期直读剂量计", en: "concurrent direct reader" },
    { code: "B", zh: "工作场所监测", en: "workplace monitoring" },
    { code: "C", zh: "同岗位平均", en: "mean of co-workers" },
    { code: "D", zh: "上年剂量折算", en: "dose of the year before, by days" },
  ],
  NOTICE_CHANNEL: [
    { code: "SMS", zh: "短信", en: "text message" },
  ],
  NOTICE_FAILURE: [
    { code: "NO_ADDRESS", zh: "该职务无人任职或未登记电话", en: "nobody holds the office, or no telephone is filed" },
    { code: "REFUSED", zh: "网关拒绝", en: "the gateway refused it" },
    { code: "UNDELIVERED", zh: "运营商回执：未送达", en: "the carrier did not deliver it" },
    { code: "LATE", zh: "逾期未能发送", en: "it could not be sent in time" },
  ],
  NOTICE_GATEWAY: [
    { code: "ALIYUN", zh: "阿里云短信服务（Dysmsapi 2017-05-25）", en: "Alibaba Cloud SMS, Dysmsapi 2017-05-25" },
  ],
  NOTICE_OFFICE: [
    { code: "RESPONSIBLE", zh: "责任人（放射防护负责人，缺则联系人）", en: "the person responsible: radiation protection officer, else the contact" },
    { code: "HEAD", zh: "单位负责人（主要负责人，缺则法定代表人）", en: "head of the institution: the principal, else the legal representative" },
    { code: "COUNTY", zh: "县级监督值守人员", en: "the county's officer on call" },
    { code: "CITY", zh: "市级监督值守人员", en: "the city's officer on call" },
  ],
  OWNERSHIP: [
    { code: "110", zh: "国有", en: "state" },
    { code: "120", zh: "集体", en: "collective" },
    { code: "130", zh: "股份合作", en: "share cooperative" },
    { code: "140", zh: "联营", en: "joint" },
    { code: "150", zh: "有限责任", en: "limited liability" },
    { code: "160", zh: "股份有限", en: "joint stock" },
    { code: "170", zh: "私营", en: "private" },
    { code: "190", zh: "其他内资", en: "other domestic" },
    { code: "200", zh: "港澳台投资", en: "Hong Kong, Macao, Taiwan" },
    { code: "300", zh: "外商投资", en: "foreign" },
    { code: "900", zh: "其他", en: "other" },
  ],
  PARAMETER: [
    { code: "IL_ANNUAL", zh: "调查水平（每年；每周期按月数折算）", en: "investigation level per year; a period of n months has n twelfths of it" },
    { code: "IL_COMPARE", zh: "调查水平比较方式（0 大于等于，1 大于）", en: "comparison with the investigation level: 0 at or above, 1 above" },
    { code: "DOSE_CEILING", zh: "单周期可信剂量上限", en: "highest plausible dose of one period" },
    { code: "PLANNED_DOSE_ANNUAL", zh: "流动人员计划剂量（每年，按剩余月数折算）", en: "planned dose per year of a transferred worker, by the months left" },
    { code: "DOSE_PERIOD_TOL", zh: "监测周期允许超出天数", en: "days that a wear period may exceed its length" },
    { code: "FIVE_YEAR_EPOCH", zh: "连续五年起算年", en: "first year of a five-year block" },
    { code: "LENS_LIMIT_MODE", zh: "眼晶状体限值（0 GB 18871，1 ICRP 118）", en: "lens limit: 0 GB 18871, 1 ICRP 118" },
    { code: "CERT_EXAM_MAX_AGE_MONTHS", zh: "办证体检有效期", en: "greatest age of the exam for a certificate" },
    { code: "PRE_EXAM_MAX_AGE_MONTHS", zh: "上岗前体检有效期", en: "greatest age of the exam before duty" },
    { code: "LEAP_DAY_BIRTHDAY", zh: "2月29日出生者平年生日（0 2月28日，1 3月1日）", en: "birthday of 29 February in common years: 0 28 February, 1 1 March" },
    { code: "PASS_MARK", zh: "考试合格分", en: "pass mark" },
    { code: "CLASS_HOURS_PER_DAY", zh: "每日学时", en: "class hours of a day" },
    { code: "DEV_STATUS_MODE", zh: "状态检测周期（0 滚动12个月，1 自然年）", en: "status test: 0 rolling twelve months, 1 calendar year" },
    { code: "PROTECTIVE_ITEM_MAX_AGE_MONTHS", zh: "防护用品使用年限", en: "greatest age of a protective article" },
    { code: "LICENCE_LEVEL_RT", zh: "放射治疗许可层级（1 县区，2 市，3 省）", en: "deciding level, radiotherapy: 1 county, 2 city, 3 province" },
    { code: "LICENCE_LEVEL_NM", zh: "核医学许可层级（1 县区，2 市，3 省）", en: "deciding level, nuclear medicine: 1 county, 2 city, 3 province" },
    { code: "LICENCE_LEVEL_IR", zh: "介入放射学许可层级（1 县区，2 市，3 省）", en: "deciding level, interventional radiology: 1 county, 2 city, 3 province" },
    { code: "LICENCE_LEVEL_XR", zh: "X射线影像诊断许可层级（1 县区，2 市，3 省）", en: "deciding level, diagnostic X-ray: 1 county, 2 city, 3 province" },
    { code: "DEFERRED_MAY_WORK", zh: "暂缓校验期间可否执业（0 否，1 可）", en: "work while verification is deferred: 0 no, 1 yes" },
    { code: "PRJ_REVIEW_DAYKIND", zh: "预评价审核期限日类（0 自然日，1 工作日）", en: "days of the pre-evaluation review: 0 calendar, 1 working" },
    { code: "ACCEPT_APPLY_DAYS", zh: "竣工后申请验收期限", en: "days from completion to the application for acceptance" },
    { code: "TSO_REPORT_DAYS", zh: "检测报告出具期限", en: "days from field work to the report" },
    { code: "MULTI_SITE_GRACE", zh: "多点执业宽限期", en: "days of grace for work at several sites" },
    { code: "INSPECTION_REPORT_DAYS", zh: "监督检查信息卡填报期限", en: "days from an inspection to its card" },
    { code: "DECLARE_FIRST_DAYS", zh: "危害项目首次申报期限", en: "days to the first hazard declaration" },
    { code: "DECLARE_CHANGE_DAYS", zh: "危害项目变更申报期限", en: "days to the declaration of a change" },
    { code: "SMS_QUIET_FROM", zh: "短信静默开始时刻", en: "hour at which text messages stop, except red ones" },
    { code: "SMS_QUIET_UNTIL", zh: "短信静默结束时刻", en: "hour at which text messages go out again" },
  ],
  PARAMETER_UNIT: [
    { code: "NSV", zh: "nSv", en: "nanosievert" },
    { code: "DAY", zh: "天", en: "days" },
    { code: "MONTH", zh: "个月", en: "months" },
    { code: "YEAR", zh: "年份", en: "calendar year" },
    { code: "HOUR", zh: "时", en: "hour of the day" },
    { code: "CLASS_HOUR", zh: "学时", en: "class hours" },
    { code: "POINT", zh: "分", en: "points" },
    { code: "CHOICE", zh: "选项", en: "one of numbered choices" },
  ],
  PAUSE_GROUND: [
    { code: "LEAVE", zh: "本人休假或离岗学习", en: "the worker is on leave or study" },
    { code: "BUSINESS_SUSPENDED", zh: "单位停业", en: "the institution has suspended business" },
    { code: "PROCEEDING", zh: "另案处理中", en: "another proceeding decides" },
    { code: "OTHER", zh: "其他", en: "other" },
  ],
  POLICY_FILE: [
    { code: "catalogue", zh: "事件目录", en: "event catalogue" },
    { code: "policy", zh: "权限策略", en: "rights policy" },
    { code: "rules", zh: "预警规则", en: "warning rules" },
  ],
  POST: [
    { code: "LEGAL_REPRESENTATIVE", zh: "法定代表人", en: "legal representative" },
    { code: "PRINCIPAL", zh: "主要负责人", en: "principal" },
    { code: "RP_OFFICER", zh: "放射防护负责人", en: "radiation protection officer" },
    { code: "CONTACT", zh: "联系人", en: "contact" },
  ],
  POST_TAG: [
    { code: "IN_ROOM", zh: "同室操作", en: "works in the room" },
    { code: "INTERNAL_RISK", zh: "非密封源操作", en: "handles unsealed sources" },
    { code: "EMERGENCY", zh: "应急", en: "emergency" },
    { code: "HIGH_FIELD", zh: "强辐射场", en: "high radiation field" },
    { code: "RESPIRATOR", zh: "需呼吸防护", en: "needs respiratory protection" },
  ],
  PRIOR_DOSE_OPINION: [
    { code: "MAY_BEGIN", zh: "可以上岗", en: "may begin" },
    { code: "MAY_NOT", zh: "本年度内不得上岗", en: "may not begin this year" },
  ],
  PROFIT: [
    { code: "1", zh: "非营利", en: "non-profit" },
    { code: "2", zh: "营利", en: "for profit" },
    { code: "9", zh: "其他", en: "other" },
  ],
  RADIATION: [
    { code: "X", zh: "X射线", en: "X rays" },
    { code: "G", zh: "γ射线", en: "gamma rays" },
    { code: "B", zh: "β射线", en: "beta rays" },
    { code: "N", zh: "中子", en: "neutrons" },
  ],
  RADIATION_DISEASE: [
    { code: "01", zh: "外照射急性放射病", en: "acute radiation sickness from external exposure" },
    { code: "02", zh: "外照射亚急性放射病", en: "subacute radiation sickness from external exposure" },
    { code: "03", zh: "外照射慢性放射病", en: "chronic radiation sickness from external exposure" },
    { code: "04", zh: "内照射放射病", en: "radiation sickness from internal exposure" },
    { code: "05", zh: "放射性皮肤疾病", en: "radiation skin disease" },
    { code: "06", zh: "放射性肿瘤（含矿工高氡暴露所致肺癌）", en: "radiation-induced tumour" },
    { code: "07", zh: "放射性骨损伤", en: "radiation injury of bone" },
    { code: "08", zh: "放射性甲状腺疾病", en: "radiation disease of the thyroid" },
    { code: "09", zh: "放射性性腺疾病", en: "radiation disease of the gonads" },
    { code: "10", zh: "放射复合伤", en: "combined radiation injury" },
    { code: "11", zh: "其他放射性损伤", en: "other radiation injuries" },
    { code: "12", zh: "放射性白内障", en: "radiation cataract" },
    { code: "13", zh: "铀及其化合物中毒", en: "poisoning by uranium and its compounds" },
  ],
  RAY_CLASS: [
    { code: "1", zh: "Ⅰ类", en: "class I" },
    { code: "2", zh: "Ⅱ类", en: "class II" },
    { code: "3", zh: "Ⅲ类", en: "class III" },
    { code: "0", zh: "不适用", en: "not applicable" },
  ],
  RESTRICTION_KIND: [
    { code: "1", zh: "孕期", en: "pregnancy" },
    { code: "2", zh: "哺乳期", en: "breast-feeding" },
    { code: "3", zh: "健康原因", en: "medical reasons" },
    { code: "9", zh: "其他", en: "other" },
  ],
  RESTRICTION_MEASURE: [
    { code: "NO_INTERNAL", zh: "不从事有内照射风险的工作", en: "no work with a risk of internal exposure" },
    { code: "AVOID_INTERNAL", zh: "避免内照射", en: "internal exposure is avoided" },
    { code: "NO_EMERGENCY", zh: "不参与应急处理", en: "no emergency work" },
    { code: "DOSE_LIMITED", zh: "限制剂量", en: "the dose is limited" },
    { code: "NO_RADIATION", zh: "不从事放射工作", en: "no radiation work" },
    { code: "OTHER", zh: "其他", en: "other" },
  ],
  RESULT_FLAG: [
    { code: "NORMAL", zh: "正常", en: "measured" },
    { code: "BELOW_MDL", zh: "低于最低可探测水平", en: "below the minimum detectable level" },
    { code: "NOMINAL_A", zh: "名义剂量：同期直读剂量计", en: "nominal: concurrent direct reader" },
    { code: "NOMINAL_B", zh: "名义剂量：工作场所监测", en: "nominal: workplace" },
    { code: "NOMINAL_C", zh: "名义剂量：同岗位平均", en: "nominal: mean of co-workers" },
    { code: "NOMINAL_D", zh: "名义剂量：上年剂量折算", en: "nominal: previous year by days" },
    { code: "LOST", zh: "剂量计丢失", en: "dosimeter lost" },
    { code: "DAMAGED", zh: "剂量计损坏", en: "dosimeter damaged" },
    { code: "REJECTED", zh: "读数作废", en: "reading rejected" },
    { code: "CORRECTED", zh: "已更正", en: "corrected" },
  ],
  REVOCATION_GROUND: [
    { code: "LOST", zh: "遗失", en: "lost" },
    { code: "REPLACED", zh: "更换", en: "replaced" },
    { code: "LEFT", zh: "离职", en: "holder left" },
    { code: "MISUSE", zh: "违规使用", en: "misuse" },
    { code: "OTHER", zh: "其他", en: "other" },
  ],
  ROLE: [
    { code: "T_ADMIN", zh: "市级管理员", en: "city administrator" },
    { code: "T_SUP", zh: "市级监督员", en: "city supervisor" },
    { code: "T_APPR", zh: "市级审批人", en: "city approver" },
    { code: "T_TRAIN", zh: "市级培训考试管理", en: "city training and examination manager" },
    { code: "C_ADMIN", zh: "区县管理员", en: "county administrator" },
    { code: "C_SUP", zh: "区县监督员", en: "county supervisor" },
    { code: "C_APPR", zh: "区县审批人", en: "county approver" },
    { code: "I_ADMIN", zh: "机构管理员", en: "institution administrator" },
    { code: "I_RPO", zh: "放射防护负责人", en: "radiation protection officer" },
    { code: "I_HEAD", zh: "单位负责人", en: "head of the institution" },
    { code: "TSO_SIGN", zh: "技术服务机构授权签字人", en: "authorised signatory of a technical service" },
    { code: "TSO_INPUT", zh: "技术服务机构录入员", en: "data entry of a technical service" },
    { code: "HEO_CHIEF", zh: "主检医师", en: "chief examining physician" },
    { code: "HEO_INPUT", zh: "体检机构录入员", en: "data entry of a health-exam organisation" },
    { code: "W_SELF", zh: "放射工作人员", en: "radiation worker" },
    { code: "SYS_SYS", zh: "系统管理员", en: "system administrator" },
    { code: "SYS_SEC", zh: "安全管理员", en: "security administrator" },
    { code: "SYS_AUD", zh: "审计管理员", en: "audit administrator" },
    { code: "CDC_READ", zh: "疾控查询", en: "CDC reader" },
    { code: "EXT_AUD", zh: "外部审计", en: "outside auditor" },
  ],
  SAID_BY: [
    { code: "SELF", zh: "本人账户签署", en: "signed with his own account" },
    { code: "PAPER", zh: "本人签字的纸质文书", en: "a paper that he signed" },
  ],
  SEX: [
    { code: "0", zh: "未知", en: "unknown" },
    { code: "1", zh: "男", en: "male" },
    { code: "2", zh: "女", en: "female" },
    { code: "9", zh: "未说明", en: "not stated" },
  ],
  STATE_REASON: [
    { code: "FAULT", zh: "故障", en: "fault" },
    { code: "REPAIRED", zh: "修复", en: "repaired" },
    { code: "LOW_DEMAND", zh: "业务量减少", en: "low demand" },
    { code: "RENOVATION", zh: "机房改造", en: "room being altered" },
    { code: "ORDER", zh: "监督要求", en: "ordered by the supervisor" },
    { code: "RESUMED", zh: "恢复使用", en: "resumed" },
    { code: "OTHER", zh: "其他", en: "other" },
  ],
  SUBSTITUTION_GROUND: [
    { code: "SILENT", zh: "逾期未办理", en: "silent past the limit" },
    { code: "REFUSES", zh: "拒不办理", en: "refuses to act" },
    { code: "GONE", zh: "单位已停业或注销", en: "closed or gone" },
  ],
  TEST_CONCLUSION: [
    { code: "1", zh: "合格", en: "passed" },
    { code: "2", zh: "不合格", en: "failed" },
    { code: "3", zh: "部分项目不适用（合格）", en: "passed, some items not applicable" },
  ],
  TEST_ITEM: [
    { code: "T1", zh: "放射诊断设备检测", en: "diagnostic devices" },
    { code: "T2", zh: "核医学设备检测", en: "nuclear medicine" },
    { code: "T3", zh: "放射治疗设备检测", en: "radiotherapy" },
    { code: "T4", zh: "工作场所防护检测", en: "workplaces" },
  ],
  TEST_ITEM_RESULT: [
    { code: "PASSED", zh: "符合", en: "met" },
    { code: "FAILED", zh: "不符合", en: "not met" },
    { code: "NOT_APPLICABLE", zh: "不适用", en: "not applicable" },
  ],
  TEST_PURPOSE: [
    { code: "ACC", zh: "验收检测", en: "acceptance test" },
    { code: "STA", zh: "状态检测", en: "status test" },
    { code: "CON", zh: "稳定性检测", en: "constancy test" },
    { code: "WRK", zh: "工作场所放射防护检测", en: "workplace protection test" },
  ],
  TEST_STANDARD: [
    { code: "WS 76-2020", zh: "医用X射线诊断设备质量控制检测规范（2020）", en: "diagnostic X-ray equipment (2020)" },
    { code: "WS 76-2017", zh: "医用常规X射线诊断设备质量控制检测规范（2017）", en: "conventional diagnostic X-ray equipment (2017)" },
    { code: "WS 76-2011", zh: "医用常规X射线诊断设备影像质量控制检测规范（2011）", en: "conventional diagnostic X-ray equipment (2011)" },
    { code: "WS 518-2017", zh: "乳腺X射线屏片摄影系统质量控制检测规范", en: "screen-film mammography" },
    { code: "WS 519-2019", zh: "X射线计算机体层摄影装置质量控制检测规范", en: "computed tomography" },
    { code: "WS 520-2017", zh: "计算机X射线摄影（CR）质量控制检测规范", en: "computed radiography" },
    { code: "WS 521-2017", zh: "医用数字X射线摄影（DR）系统质量控制检测规范", en: "digital radiography" },
    { code: "WS 522-2017", zh: "乳腺数字X射线摄影系统质量控制检测规范", en: "digital mammography" },
    { code: "WS 523-2019", zh: "伽玛照相机、单光子发射断层成像设备（SPECT）质量控制检测规范", en: "gamma cameras and SPECT" },
    { code: "WS 530-2017", zh: "乳腺计算机X射线摄影系统质量控制检测规范", en: "CR mammography" },
    { code: "WS 531-2017", zh: "螺旋断层治疗装置质量控制检测规范", en: "tomotherapy" },
    { code: "WS 581-2017", zh: "牙科X射线设备质量控制检测规范", en: "dental X-ray equipment" },
    { code: "WS 582-2017", zh: "X、γ射线立体定向放射治疗系统质量控制检测规范", en: "stereotactic radiotherapy" },
    { code: "WS 262-2017", zh: "后装γ源近距离治疗质量控制检测规范", en: "afterloading brachytherapy" },
    { code: "WS 667-2019", zh: "机械臂放射治疗装置质量控制检测规范", en: "robotic radiotherapy" },
    { code: "WS 674-2020", zh: "医用电子直线加速器质量控制检测规范", en: "medical linear accelerators" },
    { code: "WS 816-2023", zh: "医用质子重离子放射治疗设备质量控制检测标准", en: "proton and heavy-ion therapy" },
    { code: "WS 817-2023", zh: "正电子发射断层成像（PET）设备质量控制检测标准", en: "PET" },
    { code: "WS 818-2023", zh: "锥形束X射线计算机体层成像（CBCT）设备质量控制检测标准", en: "cone-beam CT" },
    { code: "GBZ 130-2020", zh: "放射诊断放射防护要求", en: "protection in diagnostic radiology" },
    { code: "GBZ 120-2020", zh: "核医学放射防护要求", en: "protection in nuclear medicine" },
    { code: "GBZ 121-2020", zh: "放射治疗放射防护要求", en: "protection in radiotherapy" },
    { code: "OTHER", zh: "其他标准", en: "another standard" },
  ],
  TRAINING_HOLDER: [
    { code: "CITY", zh: "市级组织的培训", en: "a course of the city" },
    { code: "OUTSIDE", zh: "在外参加的培训", en: "training held elsewhere" },
  ],
  TRAINING_KIND: [
    { code: "PRE", zh: "上岗前培训", en: "before the post is taken" },
    { code: "REF", zh: "在岗复训", en: "refresher" },
    { code: "MGR", zh: "负责人和管理人员培训", en: "of heads and managers" },
    { code: "EMG", zh: "应急演练", en: "emergency drill" },
    { code: "ADD", zh: "增补培训", en: "additional" },
  ],
  TRAINING_MODE: [
    { code: "ONLINE", zh: "线上", en: "online" },
    { code: "OFFLINE", zh: "线下", en: "in presence" },
    { code: "MIXED", zh: "线上线下结合", en: "both" },
  ],
  TRAINING_RESULT: [
    { code: "PASS", zh: "合格", en: "passed" },
    { code: "FAIL", zh: "不合格", en: "failed" },
    { code: "VOID", zh: "作废", en: "void" },
    { code: "ABSENT", zh: "缺考", en: "absent" },
  ],
  TRAINING_TOPIC: [
    { code: "LAW", zh: "法律法规", en: "law" },
    { code: "STD", zh: "标准", en: "standards" },
    { code: "PHY", zh: "电离辐射物理", en: "radiation physics" },
    { code: "BIO", zh: "放射生物效应", en: "radiation biology" },
    { code: "PROT-DX", zh: "X射线诊断防护", en: "protection in diagnostic radiology" },
    { code: "PROT-IR", zh: "介入放射学防护", en: "protection in interventional radiology" },
    { code: "PROT-NM", zh: "核医学防护", en: "protection in nuclear medicine" },
    { code: "PROT-RT", zh: "放射治疗防护", en: "protection in radiotherapy" },
    { code: "DOSE", zh: "个人剂量监测", en: "personal dosimetry" },
    { code: "HEALTH", zh: "职业健康监护", en: "health surveillance" },
    { code: "EMERG", zh: "应急处置", en: "emergencies" },
  ],
  TRAINING_VOID_GROUND: [
    { code: "IDENTITY", zh: "身份核验不符", en: "somebody else took it" },
    { code: "IRREGULAR", zh: "考试违规", en: "irregular examination" },
    { code: "HOURS", zh: "学时不实", en: "hours that were not attended" },
    { code: "FORGED", zh: "证明材料不实", en: "forged proof" },
    { code: "MISTAKEN", zh: "误录", en: "entered by mistake" },
  ],
  TRANSFER_PARTY: [
    { code: "RELEASING", zh: "转出单位", en: "releasing institution" },
    { code: "RECEIVING", zh: "接收单位", en: "receiving institution" },
    { code: "WORKER", zh: "本人", en: "the worker" },
    { code: "RELEASING_COUNTY", zh: "转出县区", en: "releasing county" },
    { code: "RECEIVING_COUNTY", zh: "接收县区", en: "receiving county" },
  ],
  TRANSFER_REJECTION: [
    { code: "NOT_OUR_WORKER", zh: "非本单位人员", en: "not our worker" },
    { code: "WRONG_PERSON", zh: "人员信息错误", en: "wrong person" },
    { code: "OPEN_ACCIDENT", zh: "事故调查未结", en: "an accident is under investigation" },
    { code: "LEAVING_EXAM", zh: "未做离岗体检", en: "the leaving examination is missing" },
    { code: "UNDER_INVESTIGATION", zh: "案件查处中", en: "a case is under investigation" },
    { code: "NOT_EMPLOYED", zh: "本单位未录用", en: "not employed by us" },
    { code: "POST_UNSUITABLE", zh: "岗位不适合", en: "the post is not suitable" },
    { code: "NO_LICENCE", zh: "单位无该类别许可", en: "the institution has no licence for the category" },
    { code: "DUPLICATE", zh: "重复建档", en: "duplicate" },
    { code: "IDENTITY", zh: "身份未核实", en: "the identity is not resolved" },
    { code: "HISTORY_NOT_EVIDENCED", zh: "手工录入剂量史无证据", en: "the dose history entered by hand is not evidenced" },
  ],
  TRANSFER_RULING: [
    { code: "APPROVED", zh: "视为同意", en: "the disputed step counts as approved" },
    { code: "REJECTED", zh: "维持不予流动", en: "rejected for good" },
  ],
  TRANSFER_STEP: [
    { code: "WORKER_CONSENT", zh: "本人同意", en: "consent of the worker" },
    { code: "RELEASING_INST", zh: "转出单位审核", en: "releasing institution" },
    { code: "RELEASING_COUNTY", zh: "转出县区审核", en: "releasing county" },
    { code: "RECEIVING_INST", zh: "接收单位审核", en: "receiving institution" },
    { code: "RECEIVING_COUNTY", zh: "接收县区审核", en: "receiving county" },
    { code: "CITY", zh: "市级审核", en: "city" },
    { code: "PACKAGING", zh: "封装档案", en: "packaging" },
    { code: "HANDED_OVER", zh: "待签收", en: "handed over, waits for the receipt" },
  ],
  TRANSFER_TYPE: [
    { code: "A", zh: "本单位内部调整", en: "another department of the same institution" },
    { code: "B", zh: "同一县区内换单位", en: "another institution of the same county" },
    { code: "C", zh: "市内跨县区换单位", en: "another county of the same city" },
    { code: "D", zh: "调往市外", en: "out of the city" },
    { code: "E", zh: "由市外调入", en: "into the city" },
    { code: "F", zh: "原单位已不存在或档案在存档库", en: "the employer is gone, or the file lies in the archive pool" },
    { code: "G", zh: "离开放射工作，档案存档", en: "leaves radiation work: the file is parked" },
    { code: "H", zh: "多点执业或借调", en: "multi-site practice or secondment" },
  ],
  TRANSFER_UNDERTAKING: [
    { code: "LEAVING_EXAM", zh: "限期补做离岗体检", en: "the leaving examination is made up for" },
    { code: "PAPERS", zh: "限期补交材料", en: "papers that are missing are handed in" },
    { code: "OTHER", zh: "其他承诺（见理由）", en: "another one, as the reason says" },
  ],
  UNSIGNED_REASON: [
    { code: "LEFT", zh: "已离岗或机构已注销", en: "he left, or the organisation has ended" },
    { code: "UNREACHABLE", zh: "无法联系或没有账户", en: "cannot be reached, or has no account" },
    { code: "REFUSED", zh: "拒绝签名", en: "refused" },
    { code: "NOT_CONCERNED", zh: "不涉及该方", en: "not concerned" },
  ],
  VERIFICATION_RESULT: [
    { code: "PASSED", zh: "合格", en: "passed" },
    { code: "DEFERRED", zh: "暂缓校验", en: "deferred" },
  ],
  WAIVER_GROUND: [
    { code: "ARRANGED", zh: "已安排并有书面凭证", en: "arranged, with papers" },
    { code: "FORCE_MAJEURE", zh: "不可抗力", en: "force majeure" },
    { code: "NO_CAPACITY", zh: "服务机构无法按期承接", en: "no organisation can do it in time" },
    { code: "OTHER", zh: "其他", en: "other" },
  ],
  WARNING_GRADE: [
    { code: "BLUE", zh: "蓝色（提示）", en: "blue: notice" },
    { code: "YELLOW", zh: "黄色", en: "yellow" },
    { code: "ORANGE", zh: "橙色", en: "orange" },
    { code: "RED", zh: "红色", en: "red" },
  ],
  WARNING_PARTY: [
    { code: "WORKER", zh: "本人", en: "the worker" },
    { code: "UNIT", zh: "责任单位", en: "the institution whose duty it is" },
    { code: "AUTHORITY", zh: "监管部门", en: "the authority" },
  ],
  WEAR_POSITION: [
    { code: "CH", zh: "躯干前（左胸）", en: "front of the trunk (left chest)" },
    { code: "CO", zh: "铅围裙外锁骨领口", en: "collar, over the apron" },
    { code: "UA", zh: "铅围裙内躯干", en: "trunk, under the apron" },
    { code: "BK", zh: "背部", en: "back" },
    { code: "HD", zh: "头箍", en: "head band" },
    { code: "EY", zh: "眼旁", en: "beside the eye" },
    { code: "WR", zh: "腕部", en: "wrist" },
    { code: "RG", zh: "指环", en: "finger ring" },
    { code: "AK", zh: "足踝", en: "ankle" },
  ],
} as const;
export type CodeOf<L extends keyof typeof codeLists> = (typeof codeLists)[L][number]["code"];

/** 账本创世 · ledger created */
export interface LedgerCreated {
  /** 账本名称 · name of the ledger, the first part of its origin (1–60 characters, ledger_name) */
  name: string;
  /** 环境 · environment */
  environment: CodeOf<"ENVIRONMENT">;
  /** 时钟 · clock */
  clock: CodeOf<"CLOCK">;
  /** 根持有人 · root holders (2–9 items) */
  roots: Array<{ account: string; person: string; alg: number; public_key: string; proof: { payload: string; sig: string } }>;
  /** 门限 · signatures that a decision of the roots needs (2–9) */
  threshold: number;
  /** 服务密钥 · key of the service */
  service: { account: string; alg: number; public_key: string; proof: { payload: string; sig: string } };
  /** 日志公钥 · C2SP verifier key of the log (10–300 characters) */
  log_vkey: string;
  /** 事件目录 · event catalogue */
  catalogue: { version: number; sha256: string };
  /** 权限策略 · rights policy */
  policy: { version: number; sha256: string };
  /** 预警规则 · warning rules */
  rules: { version: number; sha256: string };
}

/** 创世会签 · genesis countersigned */
export interface LedgerCountersigned {
  /** 所会签的事件 · the event that is countersigned */
  countersigns: EventRef;
}

/** 采用策略文件 · file adopted */
export interface PolicyAdopted {
  /** 文件 · which file */
  what: CodeOf<"POLICY_FILE">;
  /** 版本 · version (1–1000000) */
  version: number;
  /** SHA-256 · SHA-256 of its exact bytes */
  sha256: string;
  /** 施行日期 · first day on which it counts */
  from_day: string;
}

/** 采用会签 · adoption countersigned */
export interface PolicyCountersigned {
  /** 所会签的事件 · the event that is countersigned */
  countersigns: EventRef;
}

/** 开户 · account opened */
export interface AccountOpened {
  /** 账户类别 · who stands behind it */
  kind: CodeOf<"ACCOUNT_KIND">;
  /** 层级 · level */
  level: CodeOf<"LEVEL">;
  /** 自然人 · the natural person, by a random id */
  party?: RecordRef;
  /** 姓名 · name of the person (sealed) (1–50 characters) */
  name?: string;
  /** 名称或岗位 · name of the organisation or instrument, or the post (1–100 characters) */
  title?: string;
  /** 所属机构 · organisation */
  org?: string;
  /** 监督辖区 · supervision area (6–6 characters, area) */
  area?: string;
}

/** 开户会签 · account countersigned */
export interface AccountCountersigned {
  /** 所会签的事件 · the event that is countersigned */
  countersigns: EventRef;
}

/** 销户 · account closed */
export type AccountClosed = Record<string, never>;

/** 登记值守电话 · telephone on call filed */
export interface AccountContactFiled {
  /** 监督辖区（市级不填） · supervision area for which he is on call; none: the city (6–6 characters, area) */
  area?: string;
  /** 自然人 · the natural person, by a random id */
  party: RecordRef;
  /** 值守电话 · telephone (sealed) (5–20 characters, phone) */
  phone: string;
}

/** 申请证书 · credential requested */
export interface CredentialRequested {
  /** 账户 · account */
  account: string;
  /** 持有人 · the natural person who holds the key */
  holder: string;
  /** 算法 · algorithm (1 = Ed25519) (1–1) */
  alg: number;
  /** 公钥 · SubjectPublicKeyInfo DER */
  public_key: string;
  /** 持有证明 · proof of possession */
  proof: { payload: string; sig: string };
  /** 证书等级 · assurance */
  assurance: CodeOf<"ASSURANCE">;
  /** 生效日期 · first day of validity */
  valid_from: string;
  /** 失效日期 · first day without validity */
  valid_until: string;
  /** 所续证书 · credential that it renews */
  renews?: string;
}

/** 绑定证书 · credential bound */
export interface CredentialBound {
  /** 账户 · account */
  account: string;
  /** 所会签的事件 · the request */
  countersigns: EventRef;
}

/** 撤销证书 · credential revoked */
export interface CredentialRevoked {
  /** 账户 · account */
  account: string;
  /** 撤销原因 · ground */
  ground: CodeOf<"REVOCATION_GROUND">;
}

/** 挂失 · compromise reported */
export interface CredentialCompromiseReported {
  /** 账户 · account */
  account: string;
  /** 自何时起失控 · since when, as the reporter claims */
  compromised_since: string;
}

/** 失控认定 · compromise decided */
export interface CredentialCompromiseDecided {
  /** 账户 · account */
  account: string;
  /** 认定失控起始时间 · since when; absent when the claim is dismissed */
  since?: string;
}

/** 确认存疑事件 · suspect events confirmed */
export interface CredentialSuspectsConfirmed {
  /** 账户 · account */
  account: string;
  /** 确认的事件 · events that stand (1–100 items) */
  confirms: Array<EventRef>;
}

/** 授权 · grant given */
export interface GrantGiven {
  /** 账户 · account */
  account: string;
  /** 角色 · role */
  role: CodeOf<"ROLE">;
  /** 机构 · organisation */
  org?: string;
  /** 监督辖区 · supervision area (6–6 characters, area) */
  area?: string;
  /** 生效日期 · first day */
  from: string;
  /** 失效日期 · first day without it */
  until?: string;
  /** 委托自 · grant that is delegated */
  delegated_by?: string;
}

/** 授权会签 · grant countersigned */
export interface GrantCountersigned {
  /** 账户 · account */
  account: string;
  /** 所会签的事件 · the event that is countersigned */
  countersigns: EventRef;
}

/** 撤销授权 · grant revoked */
export interface GrantRevoked {
  /** 账户 · account */
  account: string;
}

/** 授权终止 · grant ended */
export interface GrantEnded {
  /** 账户 · account */
  account: string;
}

/** 申请删除个人信息 · erasure requested */
export interface ErasureRequested {
  /** 自然人 · the natural person */
  subject: RecordRef;
  /** 所在档案 · a record that names the person */
  found_in: RecordRef;
  /** 删除理由 · ground */
  ground: CodeOf<"ERASURE_GROUND">;
}

/** 批准删除 · erasure approved */
export interface ErasureApproved {
  /** 自然人 · the natural person */
  subject: RecordRef;
}

/** 不予删除 · erasure refused */
export interface ErasureRefused {
  /** 自然人 · the natural person */
  subject: RecordRef;
}

/** 已删除 · erasure carried out */
export interface ErasureCarriedOut {
  /** 自然人 · the natural person */
  subject: RecordRef;
}

/** 申请删除个人信息 · erasure requested */
export interface ErasureRequested2 {
  /** 自然人 · the natural person */
  subject: RecordRef;
  /** 所在档案 · a record that names the person; a worker's file itself */
  found_in: RecordRef;
  /** 删除理由 · ground */
  ground: CodeOf<"ERASURE_GROUND">;
}

/** 批准删除 · erasure approved */
export interface ErasureApproved2 {
  /** 自然人 · the natural person */
  subject: RecordRef;
}

/** 不予删除 · erasure refused */
export interface ErasureRefused2 {
  /** 自然人 · the natural person */
  subject: RecordRef;
}

/** 已删除 · erasure carried out */
export interface ErasureCarriedOut2 {
  /** 自然人 · the natural person */
  subject: RecordRef;
}

/** 机构登记 · institution registered */
export interface InstitutionRegistered {
  /** 统一社会信用代码 · unified social credit code (18–18 characters, credit_code) */
  credit_code: string;
  /** 分支机构编号 · number of the branch (1–20 characters) */
  branch_no?: string;
  /** 机构名称 · name as on the certificate (1–100 characters) */
  name: string;
  /** 简称 · short name (1–40 characters) */
  short_name?: string;
  /** 机构类别 · kinds (1–7 items) */
  kinds: Array<CodeOf<"INSTITUTION_KIND">>;
  /** 医疗机构类别 · medical type */
  medical_type?: CodeOf<"MEDICAL_TYPE">;
  /** 等级 · level and grade */
  grade?: CodeOf<"GRADE">;
  /** 经济类型 · ownership */
  ownership?: CodeOf<"OWNERSHIP">;
  /** 营利性质 · profit flag */
  profit?: CodeOf<"PROFIT">;
  /** 行政区划 · division of GB/T 2260 (6–6 characters, division) */
  division: string;
  /** 街道乡镇 · street or town (9–9 characters, street) */
  street?: string;
  /** 监督辖区 · supervision area (6–6 characters, area) */
  supervision_area: string;
  /** 地址 · address (1–500 characters) */
  address: string;
  /** 经度 · longitude, CGCS2000 (-180000000–180000000, µ°) */
  longitude_udeg?: number;
  /** 纬度 · latitude, CGCS2000 (-90000000–90000000, µ°) */
  latitude_udeg?: number;
  /** 实有床位 · beds (0–20000) */
  beds?: number;
  /** 职工人数 · number of staff (0–100000) */
  staff?: number;
  /** 放射科室 · departments (1–50 items) (1–40 characters) */
  departments?: Array<string>;
  /** 执业许可 · practice document */
  practice_document?: { kind: CodeOf<"DOCUMENT_KIND">; number: string; beds?: number; from: string; verify_due?: string };
  /** 单位电话 · telephone of the institution (5–20 characters, phone) */
  phone?: string;
  /** 网址 · website (1–100 characters) */
  website?: string;
}

/** 机构审核通过 · institution approved */
export type InstitutionApproved = Record<string, never>;

/** 机构退回 · institution returned */
export type InstitutionReturned = Record<string, never>;

/** 机构信息变更 · institution changed */
export interface InstitutionChanged {
  /** 变更为 · new values */
  set?: { credit_code?: string; branch_no?: string; name?: string; short_name?: string; kinds?: Array<CodeOf<"INSTITUTION_KIND">>; medical_type?: CodeOf<"MEDICAL_TYPE">; grade?: CodeOf<"GRADE">; ownership?: CodeOf<"OWNERSHIP">; profit?: CodeOf<"PROFIT">; division?: string; street?: string; supervision_area?: string; address?: string; longitude_udeg?: number; latitude_udeg?: number; beds?: number; staff?: number; departments?: Array<string>; practice_document?: { kind: CodeOf<"DOCUMENT_KIND">; number: string; beds?: number; from: string; verify_due?: string }; phone?: string; website?: string };
  /** 清空 · members without a value */
  clear?: Array<"branch_no" | "short_name" | "medical_type" | "grade" | "ownership" | "profit" | "street" | "longitude_udeg" | "latitude_udeg" | "beds" | "staff" | "departments" | "practice_document" | "phone" | "website">;
}

/** 机构信息更正 · institution corrected */
export interface InstitutionCorrected {
  /** 更正为 · new values */
  set?: { credit_code?: string; branch_no?: string; name?: string; short_name?: string; kinds?: Array<CodeOf<"INSTITUTION_KIND">>; medical_type?: CodeOf<"MEDICAL_TYPE">; grade?: CodeOf<"GRADE">; ownership?: CodeOf<"OWNERSHIP">; profit?: CodeOf<"PROFIT">; division?: string; street?: string; supervision_area?: string; address?: string; longitude_udeg?: number; latitude_udeg?: number; beds?: number; staff?: number; departments?: Array<string>; practice_document?: { kind: CodeOf<"DOCUMENT_KIND">; number: string; beds?: number; from: string; verify_due?: string }; phone?: string; website?: string };
  /** 清空 · members without a value */
  clear?: Array<"branch_no" | "short_name" | "medical_type" | "grade" | "ownership" | "profit" | "street" | "longitude_udeg" | "latitude_udeg" | "beds" | "staff" | "departments" | "practice_document" | "phone" | "website">;
  /** 自然人 · the officer, by a random id */
  party?: RecordRef;
  /** 姓名更正为 · corrected name (sealed) (1–50 characters) */
  officer_name?: string;
  /** 电话更正为 · corrected telephone (sealed) (5–20 characters, phone) */
  officer_phone?: string;
}

/** 人员任职 · officer appointed */
export interface InstitutionOfficerAppointed {
  /** 职务 · post */
  post: CodeOf<"POST">;
  /** 自然人 · the natural person, by a random id */
  party: RecordRef;
  /** 姓名 · name (sealed) (1–50 characters) */
  name: string;
  /** 电话 · telephone (sealed) (5–20 characters, phone) */
  phone?: string;
}

/** 人员离任 · officer ended */
export interface InstitutionOfficerEnded {
  /** 职务 · post */
  post: CodeOf<"POST">;
  /** 自然人 · the natural person, by a random id */
  party: RecordRef;
}

/** 文件备案 · document filed */
export interface InstitutionDocumentFiled {
  /** 文件标识 · id of the document */
  document: string;
  /** 文件类别 · kind */
  kind: CodeOf<"DOCUMENT_KIND">;
  /** 文件编号 · number (1–60 characters) */
  number: string;
  /** 发证机关 · issuer (1–100 characters) */
  issuer?: string;
  /** 生效日期 · valid from */
  from: string;
  /** 失效日期 · first day without validity */
  until?: string;
}

/** 文件核验 · document verified */
export interface InstitutionDocumentVerified {
  /** 文件标识 · id of the document */
  document: string;
  /** 核验结果 · result */
  result: CodeOf<"DOCUMENT_RESULT">;
}

/** 机构歇业 · business suspended */
export type InstitutionSuspended = Record<string, never>;

/** 机构复业 · business resumed */
export type InstitutionResumed = Record<string, never>;

/** 机构注销 · institution closed */
export type InstitutionClosed = Record<string, never>;

/** 机构合并 · institution merged */
export interface InstitutionMerged {
  /** 并入机构 · institution that takes over */
  into: string;
}

/** 设备登记 · device registered */
export interface DeviceRegistered {
  /** 使用机构 · institution */
  institution: string;
  /** 设备类别 · kind */
  kind: CodeOf<"DEVICE_KIND">;
  /** 单位内编号 · number within the institution (1–40 characters) */
  device_no: string;
  /** 设备名称 · name (1–100 characters) */
  name: string;
  /** 型号 · model (1–100 characters) */
  model?: string;
  /** 生产厂家 · maker (1–100 characters) */
  maker: string;
  /** 出厂编号 · factory number (1–60 characters) */
  factory_no: string;
  /** 最大管电压 · maximum tube voltage (0–1000000, V) */
  tube_voltage_v?: number;
  /** 最大管电流 · maximum tube current (0–10000000, µA) */
  tube_current_ua?: number;
  /** 最大能量 · maximum energy (0–1000000, keV) */
  energy_kev?: number;
  /** 核素 · nuclide (1–20 characters) */
  nuclide?: string;
  /** 活度 · activity in becquerel (1–25 characters, activity_bq) */
  activity_bq?: string;
  /** 出厂日期 · made on */
  made_on?: string;
  /** 购置日期 · bought on */
  bought_on?: string;
  /** 所在场所 · location (1–100 characters) */
  location: string;
  /** 射线装置分类 · class of ray device */
  ray_class?: CodeOf<"RAY_CLASS">;
}

/** 设备安装 · device installed */
export interface DeviceInstalled {
  /** 安装场所 · location (1–100 characters) */
  location: string;
}

/** 设备移位 · device moved within the institution */
export interface DeviceMoved {
  /** 安装场所 · location (1–100 characters) */
  location: string;
}

/** 设备启用 · device put in use */
export interface DevicePutInUse {
  /** 系统启用前已在用 · in use before this system knew its acceptance test */
  legacy: boolean;
}

/** 设备状态变更 · device state changed */
export interface DeviceStateChanged {
  /** 变更后状态 · new state */
  to: CodeOf<"DEVICE_STATE">;
  /** 原因 · why */
  why: CodeOf<"STATE_REASON">;
}

/** 重要部件维修更换 · major part of a device repaired */
export interface DeviceRepaired {
  /** 重要部件 · component */
  component: CodeOf<"MAJOR_COMPONENT">;
}

/** 设备更正 · device corrected */
export interface DeviceCorrected {
  /** 更正为 · new values */
  set?: { institution?: string; kind?: CodeOf<"DEVICE_KIND">; device_no?: string; name?: string; model?: string; maker?: string; factory_no?: string; tube_voltage_v?: number; tube_current_ua?: number; energy_kev?: number; nuclide?: string; activity_bq?: string; made_on?: string; bought_on?: string; location?: string; ray_class?: CodeOf<"RAY_CLASS"> };
  /** 清空 · members without a value */
  clear?: Array<"model" | "tube_voltage_v" | "tube_current_ua" | "energy_kev" | "nuclide" | "activity_bq" | "made_on" | "bought_on" | "ray_class">;
}

/** 设备报废 · device decommissioned */
export interface DeviceDecommissioned {
  /** 处置方式 · method */
  method: CodeOf<"DISPOSAL_METHOD">;
  /** 去功能化证明 · evidence that it was disabled (1–500 characters) */
  evidence: string;
}

/** 人员建档 · person registered */
export interface PersonRegistered {
  /** 建档机构 · institution that opens the file */
  institution: string;
  /** 姓名 · name (sealed) (1–50 characters) */
  name: string;
  /** 证件类型 · kind of identity document */
  id_type: CodeOf<"ID_DOCUMENT">;
  /** 公民身份号码 · resident number (sealed) (18–18 characters, resident_no) */
  resident_no?: string;
  /** 其他证件号码 · number of another document (sealed) (5–30 characters, document_no) */
  document_no?: string;
  /** 电话 · telephone (sealed) (5–20 characters, phone) */
  phone?: string;
  /** 住址 · address (sealed) (1–500 characters) */
  address?: string;
  /** 性别 · sex */
  sex: CodeOf<"SEX">;
  /** 出生年 · year of birth (1900–2100) */
  birth_year: number;
  /** 成年月 · month in which he comes of age, of who was a minor when registered (7–7 characters, month) */
  adult_month?: string;
  /** 开始放射工作日期 · first day of radiation work anywhere */
  radiation_work_since?: string;
}

/** 联系方式变更 · contact changed */
export interface PersonContactChanged {
  /** 电话 · telephone (sealed) (5–20 characters, phone) */
  phone?: string;
  /** 住址 · address (sealed) (1–500 characters) */
  address?: string;
}

/** 人员信息更正 · person corrected */
export interface PersonCorrected {
  /** 更正为 · new values */
  set?: { sex?: CodeOf<"SEX">; birth_year?: number; adult_month?: string; radiation_work_since?: string };
  /** 清空 · members without a value */
  clear?: Array<"adult_month" | "radiation_work_since">;
  /** 姓名更正为 · corrected name (sealed) (1–50 characters) */
  name?: string;
  /** 证件类型更正为 · corrected kind of document */
  id_type?: CodeOf<"ID_DOCUMENT">;
  /** 公民身份号码更正为 · corrected resident number (sealed) (18–18 characters, resident_no) */
  resident_no?: string;
  /** 其他证件号码更正为 · corrected number of another document (sealed) (5–30 characters, document_no) */
  document_no?: string;
}

/** 关联本人账户 · worker's account linked */
export interface PersonAccountLinked {
  /** 本人账户 · the worker's account */
  account: string;
}

/** 本人请求更正 · correction requested by the worker */
export interface PersonCorrectionRequested {
  /** 请求更正的内容 · what he wants corrected (sealed) (1–500 characters) */
  what: string;
}

/** 更正请求答复 · correction request decided */
export interface PersonCorrectionDecided {
  /** 所答复的请求 · the request that is answered */
  request: EventRef;
  /** 是否同意 · whether it is accepted */
  accepted: boolean;
}

/** 档案管理权转移 · custody moved */
export interface PersonCustodyMoved {
  /** 依据的流动 · the transfer by which it moved */
  transfer: string;
  /** 管理单位 · institution that holds it */
  institution?: string;
  /** 管理县区 · county in whose archive it lies, or that let it go (6–6 characters, area) */
  area?: string;
  /** 已调往市外 · it left the city */
  outside: boolean;
}

/** 拟上岗 · employment planned */
export interface EmploymentPlanned {
  /** 放射工作人员 · the worker */
  person: string;
  /** 用人单位 · employer */
  institution: string;
  /** 工作人员编号 · number of the worker within the institution (1–40 characters) */
  worker_no: string;
  /** 科室 · department (1–100 characters) */
  department?: string;
  /** 职业类别 · occupational category */
  category: CodeOf<"GBZ128">;
  /** 岗位特征 · what marks the post (1–5 items) */
  tags?: Array<CodeOf<"POST_TAG">>;
}

/** 上岗 · employment activated */
export interface EmploymentActivated {
  /** 系统启用前已在岗或前置条件在系统外核实 · examination, training and certificate were seen outside this system */
  legacy: boolean;
}

/** 暂时离岗 · employment suspended */
export interface EmploymentSuspended {
  /** 原因 · why */
  reason: CodeOf<"ABSENCE_REASON">;
}

/** 返岗 · employment resumed */
export type EmploymentResumed = Record<string, never>;

/** 岗位变更 · employment changed */
export interface EmploymentChanged {
  /** 变更为 · new values */
  set?: { worker_no?: string; department?: string; category?: CodeOf<"GBZ128">; tags?: Array<CodeOf<"POST_TAG">> };
  /** 清空 · members without a value */
  clear?: Array<"department" | "tags">;
}

/** 岗位信息更正 · employment corrected */
export interface EmploymentCorrected {
  /** 变更为 · new values */
  set?: { worker_no?: string; department?: string; category?: CodeOf<"GBZ128">; tags?: Array<CodeOf<"POST_TAG">> };
  /** 清空 · members without a value */
  clear?: Array<"department" | "tags">;
}

/** 既往剂量审查意见 · prior dose reviewed */
export interface EmploymentPriorDoseReviewed {
  /** 意见 · opinion */
  opinion: CodeOf<"PRIOR_DOSE_OPINION">;
  /** 本年累计剂量 · effective dose of the year so far, of all employers (0–9007199254740991, nSv) */
  year_nsv: number;
  /** 五年周期累计剂量 · effective dose of the five-year block so far, of all employers (0–9007199254740991, nSv) */
  block_nsv: number;
}

/** 离岗 · employment ended */
export interface EmploymentEnded {
  /** 离岗原因 · why */
  reason: CodeOf<"END_REASON">;
}

/** 许可证发证登记 · licence issued */
export interface LicenceIssued {
  /** 持证机构 · institution */
  institution: string;
  /** 证照类别 · kind of licence */
  type: CodeOf<"LICENCE_TYPE">;
  /** 证号 · number as printed (1–60 characters) */
  number: string;
  /** 许可决定文号 · number of the decision (1–60 characters) */
  decision_no?: string;
  /** 许可层级 · level that decided */
  authority?: CodeOf<"AUTHORITY_LEVEL">;
  /** 发证机关 · issuing authority (1–100 characters) */
  issuer: string;
  /** 许可类别与项目 · classes with their items (1–4 items) */
  classes?: Array<{ class: CodeOf<"LICENCE_CLASS">; items: Array<CodeOf<"LICENCE_ITEM">> }>;
  /** 设备附录 · device annex (1–500 items) */
  devices?: Array<string>;
  /** 发证日期 · issued on */
  issued_on: string;
  /** 校验到期日 · verification due on */
  verify_due_on?: string;
  /** 有效期起 · valid from */
  from?: string;
  /** 失效日期 · first day without validity */
  until?: string;
}

/** 许可证校验 · licence verified */
export interface LicenceVerified {
  /** 校验结果 · result */
  result: CodeOf<"VERIFICATION_RESULT">;
  /** 下次校验到期日 · next verification due on, or end of the deferral */
  next_due_on: string;
  /** 校验决定文号 · number of the decision (1–60 characters) */
  decision_no?: string;
}

/** 许可证变更 · licence changed */
export interface LicenceChanged {
  /** 变更为 · new values */
  set?: { institution?: string; type?: CodeOf<"LICENCE_TYPE">; number?: string; decision_no?: string; authority?: CodeOf<"AUTHORITY_LEVEL">; issuer?: string; classes?: Array<{ class: CodeOf<"LICENCE_CLASS">; items: Array<CodeOf<"LICENCE_ITEM">> }>; devices?: Array<string>; issued_on?: string; verify_due_on?: string; from?: string; until?: string };
  /** 清空 · members without a value */
  clear?: Array<"decision_no" | "authority" | "classes" | "devices" | "verify_due_on" | "from" | "until">;
}

/** 许可证登记更正 · licence corrected */
export interface LicenceCorrected {
  /** 更正为 · new values */
  set?: { institution?: string; type?: CodeOf<"LICENCE_TYPE">; number?: string; decision_no?: string; authority?: CodeOf<"AUTHORITY_LEVEL">; issuer?: string; classes?: Array<{ class: CodeOf<"LICENCE_CLASS">; items: Array<CodeOf<"LICENCE_ITEM">> }>; devices?: Array<string>; issued_on?: string; verify_due_on?: string; from?: string; until?: string };
  /** 清空 · members without a value */
  clear?: Array<"decision_no" | "authority" | "classes" | "devices" | "verify_due_on" | "from" | "until">;
  /** 校验结果更正为 · corrected result of the verification */
  result?: CodeOf<"VERIFICATION_RESULT">;
}

/** 许可证暂停 · licence suspended */
export interface LicenceSuspended {
  /** 决定文号 · number of the decision (1–60 characters) */
  decision_no: string;
}

/** 许可证恢复 · licence resumed */
export interface LicenceResumed {
  /** 决定文号 · number of the decision (1–60 characters) */
  decision_no: string;
}

/** 许可证注销 · licence cancelled */
export interface LicenceCancelled {
  /** 决定文号 · number of the decision (1–60 characters) */
  decision_no: string;
  /** 注销情形 · ground of Art. 18 */
  ground?: CodeOf<"CANCELLATION_GROUND">;
}

/** 许可证吊销 · licence revoked */
export interface LicenceRevoked {
  /** 决定文号 · number of the decision (1–60 characters) */
  decision_no: string;
}

/** 许可证补发 · duplicate issued */
export interface LicenceDuplicateIssued {
  /** 补发原因 · why */
  why: CodeOf<"DUPLICATE_REASON">;
  /** 决定文号 · number of the decision (1–60 characters) */
  decision_no?: string;
}

/** 个人剂量监测委托 · monitoring contract concluded */
export interface MonitoringContractConcluded {
  /** 委托机构 · institution whose workers are monitored */
  institution: string;
  /** 监测机构 · laboratory */
  laboratory: string;
  /** 监测周期 · months that a dosimeter is worn (1–3, month) */
  cycle_months: number;
  /** 开始日期 · first day */
  from: string;
  /** 终止日期 · first day on which it no longer holds */
  until?: string;
}

/** 监测委托终止 · monitoring contract ended */
export type MonitoringContractEnded = Record<string, never>;

/** 监测委托更正 · monitoring contract corrected */
export interface MonitoringContractCorrected {
  /** 更正为 · new values */
  set?: { institution?: string; laboratory?: string; cycle_months?: number; from?: string; until?: string };
  /** 清空 · members without a value */
  clear?: Array<"until">;
}

/** 剂量计发放 · dosimeter issued */
export interface DosimeterIssued {
  /** 监测委托 · monitoring contract */
  contract: string;
  /** 使用机构 · institution */
  institution: string;
  /** 监测机构 · laboratory that owns it */
  laboratory: string;
  /** 佩戴人 · person */
  person: RecordRef;
  /** 从业关系 · employment */
  employment: string;
  /** 佩戴部位 · where it is worn */
  position: CodeOf<"WEAR_POSITION">;
  /** 剂量计类别 · kind */
  kind: CodeOf<"DOSIMETER_KIND">;
  /** 剂量计编号 · number (1–40 characters) */
  number: string;
}

/** 剂量计收回 · dosimeter returned */
export type DosimeterReturned = Record<string, never>;

/** 剂量计丢失 · dosimeter lost */
export interface DosimeterLost {
  /** 佩戴人 · person */
  person: RecordRef;
  /** 情况说明 · circumstances (sealed) (1–500 characters) */
  circumstances: string;
}

/** 剂量计损坏 · dosimeter damaged */
export interface DosimeterDamaged {
  /** 佩戴人 · person */
  person: RecordRef;
  /** 情况说明 · circumstances (sealed) (1–500 characters) */
  circumstances: string;
}

/** 个人剂量监测报告 · dose report issued */
export interface DoseReportIssued {
  /** 监测委托 · monitoring contract */
  contract: string;
  /** 监测机构 · laboratory */
  laboratory: string;
  /** 报告编号 · number of the report (1–60 characters) */
  report_no: string;
  /** 监测周期开始 · first day of the period */
  period_from: string;
  /** 监测周期结束 · last day of the period */
  period_to: string;
  /** 结果数 · number of results (1–100000) */
  lines: number;
  /** 监测人数 · number of persons (1–100000) */
  persons: number;
  /** 低于探测下限数 · number of results below the detectable level (0–100000) */
  below_mdl: number;
  /** 有效剂量合计 · sum of effective doses (0–1000000000000000, nSv) */
  effective_sum_nsv: number;
  /** 测读日期 · read on */
  read_on: string;
  /** 签发日期 · signed on */
  signed_on: string;
  /** 资质证书编号 · number of the qualification (1–60 characters) */
  qualification_no: string;
}

/** 监测报告更正 · dose report corrected */
export interface DoseReportCorrected {
  /** 更正为 · new values */
  set?: { contract?: string; laboratory?: string; report_no?: string; period_from?: string; period_to?: string; lines?: number; persons?: number; below_mdl?: number; effective_sum_nsv?: number; read_on?: string; signed_on?: string; qualification_no?: string };
  /** 清空 · members without a value */
  clear?: Array<never>;
}

/** 个人剂量结果 · dose result reported */
export interface DoseResultReported {
  /** 监测报告 · the report under which it stands */
  report: string;
  /** 报告行号 · line of the report (1–100000) */
  line_no: number;
  /** 放射工作人员 · the worker */
  person: RecordRef;
  /** 用人关系 · the employment in which it was received */
  employment: string;
  /** 职业类别 · occupational category */
  category: CodeOf<"GBZ128">;
  /** 监测类型 · why it was monitored */
  reason: CodeOf<"MONITORING_REASON">;
  /** 射线 · radiation (1–4 items) */
  radiation: Array<CodeOf<"RADIATION">>;
  /** 剂量计类别 · kind of dosimeter */
  dosimeter_kind: CodeOf<"DOSIMETER_KIND">;
  /** 剂量计编号 · number of the dosimeter (1–40 characters) */
  dosimeter_no: string;
  /** 佩戴部位 · where it was worn */
  position: CodeOf<"WEAR_POSITION">;
  /** 佩戴起始日 · first day worn */
  wear_from: string;
  /** 佩戴终止日 · last day worn */
  wear_to: string;
  /** 名义月数 · months that the period stands for (1–12, month) */
  nominal_months: number;
  /** Hp(10) · Hp(10) (0–10000000000, nSv) */
  hp10_nsv?: number;
  /** Hp(3) · Hp(3), eye lens (0–10000000000, nSv) */
  hp3_nsv?: number;
  /** Hp(0.07) · Hp(0.07), skin (0–10000000000, nSv) */
  hp007_nsv?: number;
  /** 最低可探测水平 · minimum detectable level (0–10000000000, nSv) */
  mdl_nsv: number;
  /** 结果标识 · what the result is worth */
  flag: CodeOf<"RESULT_FLAG">;
  /** 是否佩戴铅围脖 · whether a thyroid shield was worn */
  thyroid_shield?: boolean;
  /** 有效剂量 · effective dose (0–10000000000, nSv) */
  effective_nsv?: number;
  /** 有效剂量计算方法 · how it was computed */
  method?: CodeOf<"EFFECTIVE_METHOD">;
  /** 已扣除本底 · whether the background was subtracted */
  background_subtracted: boolean;
  /** 剂量年度 · year to which the dose belongs (1950–2200) */
  dose_year: number;
  /** 已电话核实（超过500 mSv） · confirmed by telephone, above 500 mSv */
  confirmed?: boolean;
  /** 备注 · remarks (sealed) (1–500 characters) */
  remarks?: string;
  /** 导入行号 · row of the imported file (1–1000000) */
  import_row?: number;
}

/** 个人剂量结果更正 · dose result corrected */
export interface DoseResultCorrected {
  /** 更正为 · new values */
  set?: { category?: CodeOf<"GBZ128">; reason?: CodeOf<"MONITORING_REASON">; radiation?: Array<CodeOf<"RADIATION">>; dosimeter_kind?: CodeOf<"DOSIMETER_KIND">; dosimeter_no?: string; position?: CodeOf<"WEAR_POSITION">; wear_from?: string; wear_to?: string; nominal_months?: number; hp10_nsv?: number; hp3_nsv?: number; hp007_nsv?: number; mdl_nsv?: number; flag?: CodeOf<"RESULT_FLAG">; thyroid_shield?: boolean; effective_nsv?: number; method?: CodeOf<"EFFECTIVE_METHOD">; background_subtracted?: boolean; dose_year?: number; confirmed?: boolean };
  /** 清空 · members without a value */
  clear?: Array<"hp10_nsv" | "hp3_nsv" | "hp007_nsv" | "thyroid_shield" | "effective_nsv" | "method" | "confirmed">;
}

/** 参数设定 · parameter set */
export interface ParameterSet {
  /** 参数 · parameter */
  name: CodeOf<"PARAMETER">;
  /** 单位 · unit */
  unit: CodeOf<"PARAMETER_UNIT">;
  /** 数值 · value (0–1000000000000) */
  value: number;
  /** 施行日期 · first day on which it counts */
  from_day: string;
  /** 依据 · what it rests on (1–500 characters) */
  source: string;
  /** 文号 · document number (1–60 characters) */
  document_no?: string;
}

/** 参数变更 · parameter changed */
export interface ParameterChanged {
  /** 变更为 · new values */
  set?: { value?: number; from_day?: string; source?: string; document_no?: string };
  /** 清空 · members without a value */
  clear?: Array<"document_no">;
}

/** 节假日表发布 · holiday table published */
export interface HolidayTablePublished {
  /** 年度 · year (2000–2200) */
  year: number;
  /** 通知文号 · document number of the notice (1–100 characters) */
  document: string;
  /** 通知日期 · date of the notice */
  document_on?: string;
  /** 放假与调休日期 · days, in the order of their dates (1–120 items) */
  days: Array<{ date: string; kind: CodeOf<"HOLIDAY_KIND"> }>;
}

/** 节假日表更正 · holiday table corrected */
export interface HolidayTableCorrected {
  /** 更正为 · new values */
  set?: { year?: number; document?: string; document_on?: string; days?: Array<{ date: string; kind: CodeOf<"HOLIDAY_KIND"> }> };
  /** 清空 · members without a value */
  clear?: Array<"document_on">;
}

/** 代码表发布 · code list published */
export interface CodeListPublished {
  /** 代码表 · code list (1–40 characters) */
  list: string;
  /** 依据文号 · document that it rests on (1–100 characters) */
  document: string;
  /** 施行日期 · first day on which it counts */
  from_day: string;
  /** 代码 · codes that change (1–200 items) */
  codes: Array<{ code: string; status: CodeOf<"CODE_STATUS"> }>;
}

/** 代码表修订 · code list amended */
export interface CodeListAmended {
  /** 依据文号 · document that it rests on (1–100 characters) */
  document: string;
  /** 施行日期 · first day on which it counts */
  from_day: string;
  /** 代码 · codes that change (1–200 items) */
  codes: Array<{ code: string; status: CodeOf<"CODE_STATUS"> }>;
}

/** 导入开始 · import opened */
export interface ImportOpened {
  /** 导入内容 · what is imported */
  what: CodeOf<"IMPORT_KIND">;
  /** 导入机构 · organisation whose file it is */
  institution: string;
  /** 文件SHA-256 · SHA-256 of the file (sealed) (43–43 characters, sha256) */
  file: string;
  /** 行数 · number of rows (1–1000000) */
  rows: number;
  /** 事件数 · number of events (1–2000000) */
  events: number;
  /** 批数 · number of units (1–2000000) */
  chunks: number;
}

/** 导入停止 · import stopped */
export interface ImportStopped {
  /** 停止于行 · row at which it stopped (1–1000000) */
  row: number;
  /** 原因 · why */
  why: CodeOf<"IMPORT_STOP">;
}

/** 导入完成 · import completed */
export type ImportCompleted = Record<string, never>;

/** 附件归档 · attachment filed */
export interface AttachmentFiled {
  /** 附件类别 · kind of document */
  kind: CodeOf<"ATTACHMENT_KIND">;
  /** 文件格式 · media type */
  media: CodeOf<"MEDIA_TYPE">;
  /** 字节数 · length (1–52428800, byte) */
  bytes: number;
  /** 所属机构 · institution that it belongs to */
  institution?: string;
  /** SHA-256 · SHA-256 of a file of an institution */
  sha256?: string;
  /** 所涉人员 · person whom it concerns */
  person?: RecordRef;
  /** SHA-256（密封） · SHA-256 of a file about a person (sealed) (43–43 characters, sha256) */
  digest?: string;
}

/** 附件撤回 · attachment withdrawn */
export type AttachmentWithdrawn = Record<string, never>;

/** 稳定性检测记录 · constancy test recorded */
export interface DeviceTestRecorded {
  /** 受检设备 · device */
  device: string;
  /** 使用机构 · institution that uses it */
  institution: string;
  /** 稳定性检测项目 · what was checked */
  check: CodeOf<"CONSTANCY_ITEM">;
  /** 其他项目 · another item (1–100 characters) */
  other_check?: string;
  /** 检测日期 · tested on */
  tested_on: string;
  /** 检测结果 · value (1–100 characters) */
  value?: string;
  /** 控制限 · control limit (1–100 characters) */
  control_limit?: string;
  /** 偏差超出控制限 · whether the deviation is over the control limit */
  deviation_exceeded: boolean;
  /** 检测人员 · worker who did it */
  performed_by?: RecordRef;
}

/** 设备（场所）检测报告 · device test reported */
export interface DeviceTestReported {
  /** 检测类别 · purpose */
  purpose: CodeOf<"TEST_PURPOSE">;
  /** 受检设备 · device */
  device: string;
  /** 使用机构 · institution that uses it */
  institution: string;
  /** 检测机构 · technical-service organisation */
  laboratory: string;
  /** 报告编号 · number of the report (1–60 characters) */
  report_no: string;
  /** 报告内序号 · line of the report (1–10000) */
  line_no: number;
  /** 检测场所（机房） · room (1–100 characters) */
  place?: string;
  /** 现场检测完成日期 · last day of the field work */
  field_work_on?: string;
  /** 检测日期 · tested on */
  tested_on: string;
  /** 签发日期 · signed on */
  signed_on: string;
  /** 检测依据 · standards (1–6 items) */
  standards: Array<CodeOf<"TEST_STANDARD">>;
  /** 其他检测依据 · another standard (1–100 characters) */
  other_standard?: string;
  /** 资质项目 · item of the qualification */
  item: CodeOf<"TEST_ITEM">;
  /** 资质证书编号 · number of the qualification (1–60 characters) */
  qualification_no?: string;
  /** 检测结论 · conclusion */
  conclusion: CodeOf<"TEST_CONCLUSION">;
  /** 检测条件 · condition of the measurement (1–100 characters) */
  condition?: string;
  /** 本底剂量率 · background rate (0–1000000000000, nSv/h) */
  background_nsv_h?: number;
  /** 防护检测点 · places where the rate was measured (1–200 items) */
  points?: Array<{ place: string; rate_nsv_h: number; limit_nsv_h: number; annual_dose_nsv?: number }>;
  /** 质量控制检测项目 · items of the quality control (1–100 items) */
  items?: Array<{ name: string; clause?: string; value?: string; limit?: string; result: CodeOf<"TEST_ITEM_RESULT"> }>;
}

/** 检测报告更正 · device test corrected */
export interface DeviceTestCorrected {
  /** 更正为 · new values */
  set?: { report_no?: string; line_no?: number; place?: string; field_work_on?: string; tested_on?: string; signed_on?: string; standards?: Array<CodeOf<"TEST_STANDARD">>; other_standard?: string; item?: CodeOf<"TEST_ITEM">; qualification_no?: string; conclusion?: CodeOf<"TEST_CONCLUSION">; condition?: string; background_nsv_h?: number; points?: Array<{ place: string; rate_nsv_h: number; limit_nsv_h: number; annual_dose_nsv?: number }>; items?: Array<{ name: string; clause?: string; value?: string; limit?: string; result: CodeOf<"TEST_ITEM_RESULT"> }> };
  /** 清空 · members without a value */
  clear?: Array<"place" | "field_work_on" | "other_standard" | "qualification_no" | "condition" | "background_nsv_h" | "points" | "items">;
}

/** 检测撤回 · device test withdrawn */
export type DeviceTestWithdrawn = Record<string, never>;

/** 检测报告裁定 · device test ruled on */
export interface DeviceTestRuled {
  /** 是否采信 · whether it counts */
  counts: boolean;
  /** 理由 · grounds (1–500 characters) */
  grounds: string;
}

/** 剂量异常调查立案 · investigation opened */
export interface InvestigationOpened {
  /** 放射工作人员 · the worker */
  person: RecordRef;
  /** 用人关系 · the employment in which it is investigated */
  employment: string;
  /** 调查事由 · why */
  basis: CodeOf<"INVESTIGATION_BASIS">;
  /** 剂量量 · quantity */
  quantity: CodeOf<"DOSE_QUANTITY">;
  /** 异常剂量 · the dose that is investigated (0–10000000000, nSv) */
  dose_nsv?: number;
  /** 所涉结果 · results (1–24 items) */
  results?: Array<string>;
  /** 剂量年度 · year of the sum, for five years the last of them (1950–2200) */
  dose_year?: number;
  /** 监测机构 · laboratory that measured it */
  laboratory?: string;
  /** 发生场所 · where it happened (sealed) (1–100 characters) */
  place?: string;
  /** 情况说明 · circumstances (sealed) (1–500 characters) */
  circumstances?: string;
}

/** 剂量异常调查表 · investigation filed */
export interface InvestigationFiled {
  /** 放射工作人员 · the worker */
  person: RecordRef;
  /** 佩戴正确 · whether the dosimeter was worn correctly */
  wear_correct: boolean;
  /** 受到非职业照射 · whether there was exposure not from work */
  non_occupational: boolean;
  /** 剂量计曾存放在放射源或射线装置附近 · whether the dosimeter was stored near a source */
  near_source: boolean;
  /** 周期内工作量（例次） · procedures in the period (0–1000000) */
  workload?: number;
  /** 原因 · cause */
  cause: CodeOf<"INVESTIGATION_CAUSE">;
  /** 调查结论 · finding */
  finding: CodeOf<"INVESTIGATION_FINDING">;
  /** 建议剂量 · proposed dose (0–10000000000, nSv) */
  proposed_nsv?: number;
  /** 名义剂量方法 · how a nominal dose was found */
  nominal_method?: CodeOf<"NOMINAL_METHOD">;
  /** 防护组调查情况 · what the protection group found (sealed) (1–500 characters) */
  report: string;
  /** 后续措施 · follow-up (sealed) (1–500 characters) */
  follow_up?: string;
  /** 调查人 · who investigated (sealed) (1–50 characters) */
  investigator?: string;
  /** 调查日期 · investigated on */
  investigated_on?: string;
}

/** 本人确认调查 · investigation confirmed by the worker */
export interface InvestigationConfirmed {
  /** 放射工作人员 · the worker */
  person: RecordRef;
  /** 是否认可 · whether he agrees */
  agrees: boolean;
  /** 本人说明 · his statement (sealed) (1–500 characters) */
  statement?: string;
}

/** 监测机构意见 · investigation assessed by the laboratory */
export interface InvestigationAssessed {
  /** 放射工作人员 · the worker */
  person: RecordRef;
  /** 意见 · finding */
  finding: CodeOf<"INVESTIGATION_FINDING">;
  /** 建议剂量 · proposed dose (0–10000000000, nSv) */
  proposed_nsv?: number;
  /** 名义剂量方法 · how a nominal dose was found */
  nominal_method?: CodeOf<"NOMINAL_METHOD">;
  /** 剂量组调查情况 · what the dosimetry group found (sealed) (1–500 characters) */
  opinion: string;
  /** 调查人 · who investigated (sealed) (1–50 characters) */
  investigator?: string;
  /** 调查日期 · investigated on */
  investigated_on?: string;
}

/** 调查退回 · investigation returned */
export interface InvestigationReturned {
  /** 放射工作人员 · the worker */
  person: RecordRef;
  /** 退回意见 · remarks (sealed) (1–500 characters) */
  remarks?: string;
}

/** 调查认定 · investigation accepted */
export interface InvestigationAccepted {
  /** 放射工作人员 · the worker */
  person: RecordRef;
  /** 认定结论 · finding */
  finding: CodeOf<"INVESTIGATION_FINDING">;
  /** 认定剂量 · final dose (0–10000000000, nSv) */
  final_nsv: number;
  /** 结果须更正 · whether the results are to be corrected */
  correct_results: boolean;
  /** 本人未签名原因 · why the worker did not sign */
  without_worker?: CodeOf<"UNSIGNED_REASON">;
  /** 监测机构未出意见原因 · why the laboratory gave no opinion */
  without_laboratory?: CodeOf<"UNSIGNED_REASON">;
  /** 审核意见 · conclusion (sealed) (1–500 characters) */
  conclusion?: string;
}

/** 调查撤销 · investigation withdrawn */
export type InvestigationWithdrawn = Record<string, never>;

/** 本人拒绝离岗体检 · leaving examination declined */
export interface ExamResultDeclined {
  /** 放射工作人员 · the worker */
  person: RecordRef;
  /** 用人单位 · employer that he leaves */
  institution: string;
  /** 用人关系 · the employment that he leaves */
  employment: string;
  /** 签署方式 · how he said so */
  how: CodeOf<"SAID_BY">;
  /** 理由 · why (sealed) (1–500 characters) */
  why?: string;
}

/** 职业健康检查报告 · examination reported */
export interface ExamResultReported {
  /** 放射工作人员 · the worker */
  person: RecordRef;
  /** 用人单位 · employer that sent him */
  institution: string;
  /** 用人关系 · the employment for which he was examined */
  employment?: string;
  /** 体检机构 · examining organisation */
  examiner: string;
  /** 报告编号 · number of the report (1–60 characters) */
  report_no: string;
  /** 报告行号 · line of the report, where it is of several persons (1–100000) */
  line_no?: number;
  /** 体检批次号 · number of the batch of examinations (1–40 characters) */
  batch_no?: string;
  /** 体检类别 · kind of examination */
  kind: CodeOf<"EXAM_KIND">;
  /** 执行标准 · standard by which he was examined */
  standard?: CodeOf<"EXAM_STANDARD">;
  /** 体检日期 · first day of the examination */
  exam_on: string;
  /** 体检结束日期 · last day of the examination */
  exam_ended_on: string;
  /** 结论日期 · day of the conclusion */
  concluded_on: string;
  /** 适任性意见 · conclusions: one about the work, beside it re-examination and suspected disease (1–3 items) */
  conclusions: Array<CodeOf<"EXAM_CONCLUSION">>;
  /** 限制从事 · posts that he must not have (1–5 items) */
  restrictions?: Array<CodeOf<"POST_TAG">>;
  /** 检查项目 · items (1–60 items) */
  items: Array<{ item: CodeOf<"EXAM_ITEM">; missing?: CodeOf<"ITEM_MISSING"> }>;
  /** 复查期限 · day by which he is to be examined again */
  recheck_due_on?: string;
  /** 随访至 · day until which he is followed up */
  follow_up_until?: string;
  /** 疑似职业病 · disease that is suspected (sealed) */
  disease?: CodeOf<"RADIATION_DISEASE">;
  /** 职业病目录版本 · edition of the classification */
  disease_catalogue?: CodeOf<"DISEASE_CATALOGUE">;
  /** 与前次体检的关系 · what it is to an earlier examination */
  relation?: CodeOf<"EXAM_RELATION">;
  /** 前次体检 · the earlier examination */
  follows?: string;
  /** 检查结果 · findings (sealed) (1–2000 characters) */
  findings?: string;
  /** 处理意见 · advice (sealed) (1–2000 characters) */
  advice?: string;
  /** 随访计划 · plan of the follow-up (sealed) (1–500 characters) */
  follow_up_plan?: string;
}

/** 职业健康检查报告更正 · examination corrected */
export interface ExamResultCorrected {
  /** 放射工作人员 · the worker */
  person: RecordRef;
  /** 更正为 · new values */
  set?: { employment?: string; report_no?: string; line_no?: number; batch_no?: string; standard?: CodeOf<"EXAM_STANDARD">; exam_on?: string; exam_ended_on?: string; concluded_on?: string; items?: Array<{ item: CodeOf<"EXAM_ITEM">; missing?: CodeOf<"ITEM_MISSING"> }>; recheck_due_on?: string; follow_up_until?: string };
  /** 清空 · members without a value */
  clear?: Array<"employment" | "line_no" | "batch_no" | "standard" | "recheck_due_on" | "follow_up_until">;
  /** 检查结果更正为 · corrected findings (sealed) (1–2000 characters) */
  findings?: string;
  /** 处理意见更正为 · corrected advice (sealed) (1–2000 characters) */
  advice?: string;
  /** 随访计划更正为 · corrected plan (sealed) (1–500 characters) */
  follow_up_plan?: string;
}

/** 体检报告送达用人单位 · report delivered */
export type ExamResultDelivered = Record<string, never>;

/** 体检结果告知本人 · worker informed */
export interface ExamResultInformed {
  /** 签收方式 · how he said so */
  how: CodeOf<"SAID_BY">;
}

/** 安排复查 · re-examination arranged */
export interface ExamResultRecheckArranged {
  /** 复查截止日期 · day by which he goes there */
  until: string;
  /** 复查机构 · organisation that examines him */
  examiner?: string;
}

/** 随访记录 · follow-up recorded */
export interface ExamResultFollowUpRecorded {
  /** 放射工作人员 · the worker */
  person: RecordRef;
  /** 记录方 · who records it */
  by: CodeOf<"FOLLOWED_BY">;
  /** 随访情况 · what was found and done (sealed) (1–500 characters) */
  text: string;
  /** 下次随访日期 · day of the next follow-up */
  next_on?: string;
}

/** 疑似职业病报告 · suspected disease reported */
export interface ExamResultDiseaseReported {
  /** 受理部门 · authority to which it was reported (1–100 characters) */
  authority?: string;
  /** 报告卡编号 · number of the report card (1–60 characters) */
  report_no?: string;
}

/** 安排职业病诊断 · diagnosis arranged */
export interface ExamResultDiagnosisArranged {
  /** 诊断机构 · organisation that diagnoses (1–100 characters) */
  diagnosing?: string;
}

/** 职业病诊断结论 · diagnosed */
export interface ExamResultDiagnosed {
  /** 放射工作人员 · the worker */
  person: RecordRef;
  /** 诊断结论 · outcome */
  outcome: CodeOf<"DIAGNOSIS_OUTCOME">;
  /** 职业病 · disease (sealed) */
  disease?: CodeOf<"RADIATION_DISEASE">;
  /** 职业病目录版本 · edition of the classification */
  disease_catalogue?: CodeOf<"DISEASE_CATALOGUE">;
  /** 诊断证明书编号 · number of the certificate (1–60 characters) */
  certificate_no?: string;
}

/** 认可本人拒绝离岗体检 · refusal accepted */
export type ExamResultDeclineAccepted = Record<string, never>;

/** 不认可本人拒绝离岗体检 · refusal not accepted */
export type ExamResultDeclineRefused = Record<string, never>;

/** 工作限制登记 · restriction recorded */
export interface RestrictionRecorded {
  /** 放射工作人员 · the worker */
  person: RecordRef;
  /** 用人单位 · employer */
  institution: string;
  /** 用人关系 · the employment that it concerns */
  employment?: string;
  /** 限制措施 · what it asks for (1–6 items) */
  measures: Array<CodeOf<"RESTRICTION_MEASURE">>;
  /** 剂量限值 · dose that he may receive while it lasts (0–50000000, nSv) */
  dose_limit_nsv?: number;
  /** 预计解除日期 · day on which it will probably end */
  expected_until?: string;
  /** 限制原因 · why (sealed) */
  kind?: CodeOf<"RESTRICTION_KIND">;
  /** 说明 · note (sealed) (1–500 characters) */
  note?: string;
}

/** 工作限制更正 · restriction corrected */
export interface RestrictionCorrected {
  /** 放射工作人员 · the worker */
  person: RecordRef;
  /** 更正为 · new values */
  set?: { employment?: string; measures?: Array<CodeOf<"RESTRICTION_MEASURE">>; dose_limit_nsv?: number; expected_until?: string };
  /** 清空 · members without a value */
  clear?: Array<"employment" | "dose_limit_nsv" | "expected_until">;
  /** 限制原因更正为 · corrected reason (sealed) */
  kind?: CodeOf<"RESTRICTION_KIND">;
  /** 说明更正为 · corrected note (sealed) (1–500 characters) */
  note?: string;
}

/** 工作限制解除 · restriction ended */
export type RestrictionEnded = Record<string, never>;

/** 培训考核结果 · training completed */
export interface TrainingRecordCompleted {
  /** 放射工作人员 · the worker */
  person: RecordRef;
  /** 用人单位 · employer */
  institution: string;
  /** 培训来源 · who vouches for it */
  held_by: CodeOf<"TRAINING_HOLDER">;
  /** 培训类别 · kind */
  kind: CodeOf<"TRAINING_KIND">;
  /** 培训机构 · institution that held it */
  organiser?: string;
  /** 培训单位名称 · who held it, where that is no institution of this ledger (1–100 characters) */
  organiser_name?: string;
  /** 培训班编号 · number of the course (1–40 characters) */
  course_no?: string;
  /** 课程名称 · name of the course (1–100 characters) */
  course_name?: string;
  /** 培训方式 · how it was held */
  mode: CodeOf<"TRAINING_MODE">;
  /** 培训内容 · what was taught (1–11 items) */
  topics?: Array<CodeOf<"TRAINING_TOPIC">>;
  /** 开始日期 · first day */
  from: string;
  /** 结束日期 · last day */
  to: string;
  /** 认定天数（0.1天） · days credited, in tenths (0–1000, 0.1 d) */
  credited_days_tenths: number;
  /** 学时（0.1学时） · class hours, in tenths (0–10000, 0.1 h) */
  class_hours_tenths?: number;
  /** 考核结果 · result */
  result: CodeOf<"TRAINING_RESULT">;
  /** 考核日期 · examined on */
  examined_on?: string;
  /** 合格日期 · passed on */
  passed_on?: string;
  /** 得分（0.1分） · score, in tenths (0–10000, 0.1) */
  score_tenths?: number;
  /** 满分（0.1分） · full mark, in tenths (0–10000, 0.1) */
  full_mark_tenths?: number;
  /** 合格分（0.1分） · pass mark, in tenths (0–10000, 0.1) */
  pass_mark_tenths?: number;
  /** 第几次考核 · which attempt it was (1–99) */
  attempt_no?: number;
  /** 培训合格证编号 · number of the completion (22–22 characters, completion_no) */
  completion_no?: string;
  /** 其他证明编号 · number of another proof (1–60 characters) */
  other_no?: string;
  /** 备注 · remarks (sealed) (1–500 characters) */
  remarks?: string;
}

/** 培训考核结果更正 · training record corrected */
export interface TrainingRecordCorrected {
  /** 更正为 · new values */
  set?: { kind?: CodeOf<"TRAINING_KIND">; organiser?: string; organiser_name?: string; course_no?: string; course_name?: string; mode?: CodeOf<"TRAINING_MODE">; topics?: Array<CodeOf<"TRAINING_TOPIC">>; from?: string; to?: string; credited_days_tenths?: number; class_hours_tenths?: number; result?: CodeOf<"TRAINING_RESULT">; examined_on?: string; passed_on?: string; score_tenths?: number; full_mark_tenths?: number; pass_mark_tenths?: number; attempt_no?: number; completion_no?: string; other_no?: string };
  /** 清空 · members without a value */
  clear?: Array<"organiser" | "organiser_name" | "course_no" | "course_name" | "topics" | "class_hours_tenths" | "examined_on" | "passed_on" | "score_tenths" | "full_mark_tenths" | "pass_mark_tenths" | "attempt_no" | "completion_no" | "other_no">;
}

/** 培训考核结果作废 · training record voided */
export interface TrainingRecordVoided {
  /** 放射工作人员 · the worker */
  person: RecordRef;
  /** 作废原因 · why */
  ground: CodeOf<"TRAINING_VOID_GROUND">;
  /** 情况说明 · what was found (sealed) (1–500 characters) */
  details?: string;
}

/** 申请放射工作人员证 · certificate applied for */
export interface CertificateApplied {
  /** 放射工作人员 · the worker */
  person: RecordRef;
  /** 用人单位 · employer */
  institution: string;
  /** 用人关系 · the employment for which it is */
  employment: string;
  /** 发证层级 · level that decides */
  authority: CodeOf<"AUTHORITY_LEVEL">;
  /** 职业类别 · occupational categories (1–12 items) */
  categories: Array<CodeOf<"CERT55">>;
  /** 所依据的职业健康检查 · health examination that it rests on */
  exam?: string;
  /** 所依据的培训 · training that it rests on */
  training?: string;
  /** 原放射工作人员证 · certificate that it follows */
  predecessor?: string;
  /** 备注 · remarks (sealed) (1–500 characters) */
  remarks?: string;
}

/** 要求补正 · supplement requested */
export interface CertificateSupplementRequested {
  /** 放射工作人员 · the worker */
  person: RecordRef;
  /** 需补正的材料 · what is missing (1–7 items) */
  lacks: Array<CodeOf<"CERTIFICATE_PAPER">>;
  /** 补正说明 · what is to be done (sealed) (1–500 characters) */
  note?: string;
}

/** 补正材料 · application supplemented */
export interface CertificateSupplemented {
  /** 所依据的职业健康检查 · health examination that it rests on */
  exam?: string;
  /** 所依据的培训 · training that it rests on */
  training?: string;
}

/** 撤回申请 · application withdrawn */
export type CertificateWithdrawn = Record<string, never>;

/** 不予核发 · certificate refused */
export interface CertificateRefused {
  /** 放射工作人员 · the worker */
  person: RecordRef;
  /** 不予核发的理由 · why (1–7 items) */
  grounds: Array<CodeOf<"CERTIFICATE_REFUSAL">>;
  /** 决定文号 · number of the decision (1–60 characters) */
  decision_no?: string;
  /** 说明 · explanation (sealed) (1–500 characters) */
  note?: string;
}

/** 核发放射工作人员证 · certificate issued */
export interface CertificateIssued {
  /** 证号 · number as printed (1–60 characters) */
  number: string;
  /** 发证机关 · issuing authority (1–100 characters) */
  issuer: string;
  /** 决定文号 · number of the decision (1–60 characters) */
  decision_no?: string;
  /** 核定职业类别（与申请不同时填写） · categories, where they are not those applied for (1–12 items) */
  categories?: Array<CodeOf<"CERT55">>;
  /** 系统启用前已核发或条件在系统外核实 · the papers were seen outside this system */
  legacy: boolean;
}

/** 证件记载 · entry added */
export interface CertificateEntryAdded {
  /** 记载事项 · what is entered */
  kind: CodeOf<"CERTIFICATE_ENTRY">;
  /** 剂量年度 · year of the dose (1950–2200) */
  dose_year?: number;
  /** 年度有效剂量 · effective dose of the year (0–10000000000, nSv) */
  effective_nsv?: number;
  /** 职业健康检查 · health examination */
  exam?: string;
  /** 检查结论 · its conclusion */
  conclusion?: CodeOf<"EXAM_CONCLUSION">;
  /** 培训 · training */
  training?: string;
}

/** 放射工作人员证变更 · certificate changed */
export interface CertificateChanged {
  /** 变更后的职业类别 · categories from now on (1–12 items) */
  categories: Array<CodeOf<"CERT55">>;
  /** 决定文号 · number of the decision (1–60 characters) */
  decision_no?: string;
}

/** 放射工作人员证注销 · certificate cancelled */
export interface CertificateCancelled {
  /** 注销原因 · why */
  ground: CodeOf<"CERTIFICATE_END">;
  /** 决定文号 · number of the decision (1–60 characters) */
  decision_no?: string;
}

/** 放射工作人员证更正 · certificate corrected */
export interface CertificateCorrected {
  /** 更正为 · new values */
  set?: { categories?: Array<CodeOf<"CERT55">>; exam?: string; training?: string; predecessor?: string };
  /** 清空 · members without a value */
  clear?: Array<"exam" | "training" | "predecessor">;
  /** 证号更正为 · corrected number (1–60 characters) */
  number?: string;
  /** 发证机关更正为 · corrected authority (1–100 characters) */
  issuer?: string;
  /** 决定文号更正为 · corrected number of the decision (1–60 characters) */
  decision_no?: string;
  /** 年度有效剂量更正为 · corrected dose of the year entered (0–10000000000, nSv) */
  effective_nsv?: number;
  /** 检查结论更正为 · corrected conclusion entered */
  conclusion?: CodeOf<"EXAM_CONCLUSION">;
}

/** 申请档案流动 · transfer requested */
export interface TransferRequested {
  /** 放射工作人员 · the worker */
  person: RecordRef;
  /** 流动类型 · how the file moves */
  type: CodeOf<"TRANSFER_TYPE">;
  /** 申请方 · who asks for it */
  by: CodeOf<"TRANSFER_PARTY">;
  /** 转出单位 · releasing institution */
  from_institution?: string;
  /** 转出县区 · releasing county (6–6 characters, area) */
  from_area?: string;
  /** 接收单位 · receiving institution */
  to_institution?: string;
  /** 接收县区 · receiving county (6–6 characters, area) */
  to_area?: string;
  /** 市外单位 · addressee or origin outside the city (1–100 characters) */
  outside?: string;
  /** 拟离岗日期 · last day planned at the releasing institution */
  planned_end?: string;
  /** 拟到岗日期 · first day planned at the receiving institution */
  planned_start?: string;
  /** 拟任职业类别 · category of the new post */
  category?: CodeOf<"GBZ128">;
  /** 拟任科室 · department of the new post (1–100 characters) */
  department?: string;
  /** 手工录入市外剂量史 · a dose history is entered by hand */
  history_by_hand: boolean;
}

/** 本人同意 · consent signed */
export interface TransferConsentSigned {
  /** 同意范围 · what the new employer may see */
  scope: CodeOf<"CONSENT_SCOPE">;
  /** 方式 · how he said so */
  how: CodeOf<"SAID_BY">;
}

/** 本人不同意提供明细 · consent refused */
export interface TransferConsentRefused {
  /** 方式 · how he said so */
  how: CodeOf<"SAID_BY">;
}

/** 本人逾期未答复 · consent lapsed */
export type TransferConsentLapsed = Record<string, never>;

/** 同意 · step approved */
export interface TransferApproved {
  /** 环节 · the step */
  step: CodeOf<"TRANSFER_STEP">;
  /** 承诺 · undertaking under which something that is missing is let pass */
  undertaking?: CodeOf<"TRANSFER_UNDERTAKING">;
}

/** 不予流动 · step rejected */
export interface TransferRejected {
  /** 环节 · the step */
  step: CodeOf<"TRANSFER_STEP">;
  /** 理由 · ground */
  ground: CodeOf<"TRANSFER_REJECTION">;
}

/** 退回 · returned to an earlier step */
export interface TransferReturned {
  /** 环节 · the step */
  step: CodeOf<"TRANSFER_STEP">;
  /** 退回至 · the step to which it goes back */
  to: CodeOf<"TRANSFER_STEP">;
}

/** 上级代为办理 · released by substitution */
export interface TransferSubstituted {
  /** 环节 · the step */
  step: CodeOf<"TRANSFER_STEP">;
  /** 理由 · ground */
  ground: CodeOf<"SUBSTITUTION_GROUND">;
}

/** 中止 · suspended */
export interface TransferSuspended {
  /** 环节 · the step */
  step: CodeOf<"TRANSFER_STEP">;
}

/** 恢复 · resumed */
export interface TransferResumed {
  /** 环节 · the step */
  step: CodeOf<"TRANSFER_STEP">;
}

/** 催办 · reminded */
export interface TransferReminded {
  /** 环节 · the step */
  step: CodeOf<"TRANSFER_STEP">;
  /** 催办方 · who asks; absent: the city */
  by?: CodeOf<"TRANSFER_PARTY">;
}

/** 撤回 · withdrawn */
export type TransferWithdrawn = Record<string, never>;

/** 提出争议 · rejection disputed */
export interface TransferDisputed {
  /** 提出方 · who says so */
  by: CodeOf<"TRANSFER_PARTY">;
}

/** 市级裁定 · city's ruling */
export interface TransferRuled {
  /** 裁定 · ruling */
  ruling: CodeOf<"TRANSFER_RULING">;
}

/** 封装档案 · package sealed */
export interface TransferPackageSealed {
  /** 账本位置 · position of the log at which it was made (0–9007199254740991) */
  as_of: number;
  /** 事件数 · number of events (1–1000000) */
  events: number;
  /** 清单摘要 · SHA-256 of the manifest */
  manifest: string;
  /** 本年累计有效剂量 · effective dose of the calendar year (0–1000000000000, nSv) */
  year_nsv: number;
  /** 五年周期累计有效剂量 · effective dose of the five-year block (0–1000000000000, nSv) */
  block_nsv: number;
  /** 终身累计有效剂量 · effective dose of the whole life (0–1000000000000, nSv) */
  life_nsv: number;
  /** 未了结事项数 · number of open items (0–10000) */
  open_items: number;
}

/** 签收 · receipt signed */
export interface TransferCompleted {
  /** 签收方 · who signs the receipt */
  by: CodeOf<"TRANSFER_PARTY">;
  /** 纸质档案存放地 · where the papers are kept from now on (1–100 characters) */
  paper_place?: string;
}

/** 申报市外剂量史 · outside history declared */
export interface TransferHistoryDeclared {
  /** 剂量年度 · dose year (1950–2100) */
  year: number;
  /** 有效剂量 · effective dose; absent when it is not known (0–10000000000, nSv) */
  effective_nsv?: number;
  /** 监测月数 · months monitored (1–12) */
  months?: number;
  /** 证据等级 · how well it is evidenced */
  confidence: CodeOf<"HISTORY_CONFIDENCE">;
  /** 来源单位 · who measured it (1–100 characters) */
  source: string;
}

/** 核实市外剂量史 · outside history verified */
export interface TransferHistoryVerified {
  /** 所核实的申报 · the line */
  declared: EventRef;
  /** 是否属实 · whether the evidence holds */
  accepted: boolean;
}

/** 多点执业结束 · multi-site practice ended */
export interface TransferPracticeEnded {
  /** 提出方 · who says so */
  by: CodeOf<"TRANSFER_PARTY">;
}

/** 预警产生 · warning raised */
export interface WarningRaised {
  /** 预警规则 · rule (8–16 characters, warning_rule) */
  rule: string;
  /** 规则版本 · version of the rule (1–32767) */
  rule_version: number;
  /** 预警对象 · what it is about */
  subject: RecordRef;
  /** 发生项 · what tells it from others of this rule and subject (1–100 characters, occurrence) */
  occurrence: string;
  /** 级别 · grade */
  grade: CodeOf<"WARNING_GRADE">;
  /** 该级别起始日 · first day of this grade */
  since: string;
  /** 到期日 · due on */
  due_on?: string;
  /** 责任单位 · institution whose duty it is and stays */
  institution?: string;
  /** 放射工作人员 · the worker whom it concerns */
  person?: string;
  /** 计算值 · what was computed (1–8 items) */
  figures?: Array<{ name: string; value: number }>;
}

/** 预警升级 · warning escalated */
export interface WarningEscalated {
  /** 级别 · grade */
  grade: CodeOf<"WARNING_GRADE">;
  /** 该级别起始日 · first day of this grade */
  since: string;
  /** 计算值 · what was computed (1–8 items) */
  figures?: Array<{ name: string; value: number }>;
}

/** 预警条件消除 · condition ended */
export type WarningConditionEnded = Record<string, never>;

/** 预警自动解除 · warning cleared */
export type WarningCleared = Record<string, never>;

/** 预警重新产生 · warning reopened */
export interface WarningReopened {
  /** 级别 · grade */
  grade: CodeOf<"WARNING_GRADE">;
  /** 该级别起始日 · first day of this grade */
  since: string;
  /** 计算值 · what was computed (1–8 items) */
  figures?: Array<{ name: string; value: number }>;
}

/** 豁免到期 · waiver ended */
export type WarningWaiverEnded = Record<string, never>;

/** 逾期未签收报市级 · passed to the city */
export type WarningPassedToCity = Record<string, never>;

/** 预警随档案转移 · warning moved with the file */
export type WarningMoved = Record<string, never>;

/** 签收 · warning acknowledged */
export interface WarningAcknowledged {
  /** 签收方 · in which capacity */
  by: CodeOf<"WARNING_PARTY">;
  /** 说明 · remarks (sealed) (1–500 characters) */
  remarks?: string;
}

/** 开始整改 · rectification started */
export interface WarningRectificationStarted {
  /** 计划完成日期 · planned to be done by */
  until?: string;
  /** 整改计划 · plan (sealed) (1–500 characters) */
  plan?: string;
}

/** 提交整改 · rectification submitted */
export interface WarningRectificationSubmitted {
  /** 整改情况 · what was done (sealed) (1–500 characters) */
  measures: string;
}

/** 退回整改 · rectification returned */
export type WarningRectificationReturned = Record<string, never>;

/** 核销 · warning closed */
export interface WarningClosed {
  /** 核销意见 · remarks (sealed) (1–500 characters) */
  remarks?: string;
}

/** 撤销核销 · closing revoked */
export type WarningClosingRevoked = Record<string, never>;

/** 豁免 · warning waived */
export interface WarningWaived {
  /** 豁免理由 · ground */
  ground: CodeOf<"WAIVER_GROUND">;
  /** 豁免截止日 · last day on which it is waived */
  until: string;
  /** 说明 · remarks (sealed) (1–500 characters) */
  remarks?: string;
}

/** 撤销豁免 · waiver revoked */
export type WarningWaiverRevoked = Record<string, never>;

/** 中止 · warning suspended */
export interface WarningSuspended {
  /** 中止理由 · ground */
  ground: CodeOf<"PAUSE_GROUND">;
  /** 说明 · remarks (sealed) (1–500 characters) */
  remarks?: string;
}

/** 恢复 · warning resumed */
export type WarningResumed = Record<string, never>;

/** 提出异议 · warning disputed */
export interface WarningDisputed {
  /** 异议理由 · ground */
  ground: CodeOf<"DISPUTE_GROUND">;
  /** 异议说明 · statement (sealed) (1–500 characters) */
  statement?: string;
}

/** 异议处理 · dispute decided */
export interface WarningRuled {
  /** 处理结论 · ruling */
  ruling: CodeOf<"DISPUTE_RULING">;
  /** 说明 · remarks (sealed) (1–500 characters) */
  remarks?: string;
}

/** 降级 · warning regraded */
export interface WarningRegraded {
  /** 级别 · grade */
  grade: CodeOf<"WARNING_GRADE">;
}

/** 承接 · warning taken over */
export interface WarningAccepted {
  /** 承接单位 · institution that takes it over */
  institution: string;
}

/** 值守开始 · desk opened */
export type DeskOpened = Record<string, never>;

/** 当日评估完成 · day evaluated */
export interface DeskEvaluated {
  /** 评估日 · the day */
  day: string;
  /** 账本位置 · size of the log that was folded (0–9007199254740991) */
  basis: number;
  /** 结论数 · conclusions since it said so before */
  counts: { raised: number; escalated: number; reopened: number; ended: number; other: number };
  /** 结论摘要 · digest of these conclusions */
  digest: string;
}

/** 通知待发送 · notification ordered */
export interface NotificationOrdered {
  /** 渠道 · by what way */
  channel: CodeOf<"NOTICE_CHANNEL">;
  /** 通知对象（职务） · the office that is told */
  office: CodeOf<"NOTICE_OFFICE">;
  /** 所在 · the unit with which the warnings lie, or the file that lies with an authority */
  about: RecordRef;
  /** 预警规则 · rule (8–16 characters, warning_rule) */
  rule: string;
  /** 级别 · grade */
  grade: CodeOf<"WARNING_GRADE">;
  /** 通知日 · the day for which it was ordered */
  day: string;
  /** 预警 · the warnings of which it tells (1–50 items) */
  warnings: Array<string>;
}

/** 通知已提交网关 · notification sent */
export interface NotificationSent {
  /** 接收人 · the natural person who holds the office, by a random id */
  to: RecordRef;
  /** 网关 · who carries it */
  gateway: CodeOf<"NOTICE_GATEWAY">;
  /** 网关回执号 · the gateway's number of it (1–64 characters) */
  serial: string;
}

/** 通知已送达 · notification delivered */
export type NotificationDelivered = Record<string, never>;

/** 通知发送失败 · notification failed */
export interface NotificationFailed {
  /** 原因 · why */
  reason: CodeOf<"NOTICE_FAILURE">;
  /** 网关错误码 · the code of the gateway or the carrier (1–64 characters) */
  code?: string;
}

/** 重新发送通知 · notification to be sent again */
export type NotificationSentAgain = Record<string, never>;

/** Data by event type and schema. */
export interface EventData {
  "ledger.created/1": LedgerCreated;
  "ledger.countersigned/1": LedgerCountersigned;
  "policy.adopted/1": PolicyAdopted;
  "policy.countersigned/1": PolicyCountersigned;
  "account.opened/1": AccountOpened;
  "account.countersigned/1": AccountCountersigned;
  "account.closed/1": AccountClosed;
  "account.contact_filed/1": AccountContactFiled;
  "credential.requested/1": CredentialRequested;
  "credential.bound/1": CredentialBound;
  "credential.revoked/1": CredentialRevoked;
  "credential.compromise_reported/1": CredentialCompromiseReported;
  "credential.compromise_decided/1": CredentialCompromiseDecided;
  "credential.suspects_confirmed/1": CredentialSuspectsConfirmed;
  "grant.given/1": GrantGiven;
  "grant.countersigned/1": GrantCountersigned;
  "grant.revoked/1": GrantRevoked;
  "grant.ended/1": GrantEnded;
  "erasure.requested/1": ErasureRequested;
  "erasure.approved/1": ErasureApproved;
  "erasure.refused/1": ErasureRefused;
  "erasure.carried_out/1": ErasureCarriedOut;
  "erasure.requested/2": ErasureRequested2;
  "erasure.approved/2": ErasureApproved2;
  "erasure.refused/2": ErasureRefused2;
  "erasure.carried_out/2": ErasureCarriedOut2;
  "institution.registered/1": InstitutionRegistered;
  "institution.approved/1": InstitutionApproved;
  "institution.returned/1": InstitutionReturned;
  "institution.changed/1": InstitutionChanged;
  "institution.corrected/1": InstitutionCorrected;
  "institution.officer_appointed/1": InstitutionOfficerAppointed;
  "institution.officer_ended/1": InstitutionOfficerEnded;
  "institution.document_filed/1": InstitutionDocumentFiled;
  "institution.document_verified/1": InstitutionDocumentVerified;
  "institution.suspended/1": InstitutionSuspended;
  "institution.resumed/1": InstitutionResumed;
  "institution.closed/1": InstitutionClosed;
  "institution.merged/1": InstitutionMerged;
  "device.registered/1": DeviceRegistered;
  "device.installed/1": DeviceInstalled;
  "device.moved/1": DeviceMoved;
  "device.put_in_use/1": DevicePutInUse;
  "device.state_changed/1": DeviceStateChanged;
  "device.repaired/1": DeviceRepaired;
  "device.corrected/1": DeviceCorrected;
  "device.decommissioned/1": DeviceDecommissioned;
  "person.registered/1": PersonRegistered;
  "person.contact_changed/1": PersonContactChanged;
  "person.corrected/1": PersonCorrected;
  "person.account_linked/1": PersonAccountLinked;
  "person.correction_requested/1": PersonCorrectionRequested;
  "person.correction_decided/1": PersonCorrectionDecided;
  "person.custody_moved/1": PersonCustodyMoved;
  "employment.planned/1": EmploymentPlanned;
  "employment.activated/1": EmploymentActivated;
  "employment.suspended/1": EmploymentSuspended;
  "employment.resumed/1": EmploymentResumed;
  "employment.changed/1": EmploymentChanged;
  "employment.corrected/1": EmploymentCorrected;
  "employment.prior_dose_reviewed/1": EmploymentPriorDoseReviewed;
  "employment.ended/1": EmploymentEnded;
  "licence.issued/1": LicenceIssued;
  "licence.verified/1": LicenceVerified;
  "licence.changed/1": LicenceChanged;
  "licence.corrected/1": LicenceCorrected;
  "licence.suspended/1": LicenceSuspended;
  "licence.resumed/1": LicenceResumed;
  "licence.cancelled/1": LicenceCancelled;
  "licence.revoked/1": LicenceRevoked;
  "licence.duplicate_issued/1": LicenceDuplicateIssued;
  "monitoring_contract.concluded/1": MonitoringContractConcluded;
  "monitoring_contract.ended/1": MonitoringContractEnded;
  "monitoring_contract.corrected/1": MonitoringContractCorrected;
  "dosimeter.issued/1": DosimeterIssued;
  "dosimeter.returned/1": DosimeterReturned;
  "dosimeter.lost/1": DosimeterLost;
  "dosimeter.damaged/1": DosimeterDamaged;
  "dose_report.issued/1": DoseReportIssued;
  "dose_report.corrected/1": DoseReportCorrected;
  "dose_result.reported/1": DoseResultReported;
  "dose_result.corrected/1": DoseResultCorrected;
  "parameter.set/1": ParameterSet;
  "parameter.changed/1": ParameterChanged;
  "holiday_table.published/1": HolidayTablePublished;
  "holiday_table.corrected/1": HolidayTableCorrected;
  "code_list.published/1": CodeListPublished;
  "code_list.amended/1": CodeListAmended;
  "import.opened/1": ImportOpened;
  "import.stopped/1": ImportStopped;
  "import.completed/1": ImportCompleted;
  "attachment.filed/1": AttachmentFiled;
  "attachment.withdrawn/1": AttachmentWithdrawn;
  "device_test.recorded/1": DeviceTestRecorded;
  "device_test.reported/1": DeviceTestReported;
  "device_test.corrected/1": DeviceTestCorrected;
  "device_test.withdrawn/1": DeviceTestWithdrawn;
  "device_test.ruled/1": DeviceTestRuled;
  "investigation.opened/1": InvestigationOpened;
  "investigation.filed/1": InvestigationFiled;
  "investigation.confirmed/1": InvestigationConfirmed;
  "investigation.assessed/1": InvestigationAssessed;
  "investigation.returned/1": InvestigationReturned;
  "investigation.accepted/1": InvestigationAccepted;
  "investigation.withdrawn/1": InvestigationWithdrawn;
  "exam_result.declined/1": ExamResultDeclined;
  "exam_result.reported/1": ExamResultReported;
  "exam_result.corrected/1": ExamResultCorrected;
  "exam_result.delivered/1": ExamResultDelivered;
  "exam_result.informed/1": ExamResultInformed;
  "exam_result.recheck_arranged/1": ExamResultRecheckArranged;
  "exam_result.follow_up_recorded/1": ExamResultFollowUpRecorded;
  "exam_result.disease_reported/1": ExamResultDiseaseReported;
  "exam_result.diagnosis_arranged/1": ExamResultDiagnosisArranged;
  "exam_result.diagnosed/1": ExamResultDiagnosed;
  "exam_result.decline_accepted/1": ExamResultDeclineAccepted;
  "exam_result.decline_refused/1": ExamResultDeclineRefused;
  "restriction.recorded/1": RestrictionRecorded;
  "restriction.corrected/1": RestrictionCorrected;
  "restriction.ended/1": RestrictionEnded;
  "training_record.completed/1": TrainingRecordCompleted;
  "training_record.corrected/1": TrainingRecordCorrected;
  "training_record.voided/1": TrainingRecordVoided;
  "certificate.applied/1": CertificateApplied;
  "certificate.supplement_requested/1": CertificateSupplementRequested;
  "certificate.supplemented/1": CertificateSupplemented;
  "certificate.withdrawn/1": CertificateWithdrawn;
  "certificate.refused/1": CertificateRefused;
  "certificate.issued/1": CertificateIssued;
  "certificate.entry_added/1": CertificateEntryAdded;
  "certificate.changed/1": CertificateChanged;
  "certificate.cancelled/1": CertificateCancelled;
  "certificate.corrected/1": CertificateCorrected;
  "transfer.requested/1": TransferRequested;
  "transfer.consent_signed/1": TransferConsentSigned;
  "transfer.consent_refused/1": TransferConsentRefused;
  "transfer.consent_lapsed/1": TransferConsentLapsed;
  "transfer.approved/1": TransferApproved;
  "transfer.rejected/1": TransferRejected;
  "transfer.returned/1": TransferReturned;
  "transfer.substituted/1": TransferSubstituted;
  "transfer.suspended/1": TransferSuspended;
  "transfer.resumed/1": TransferResumed;
  "transfer.reminded/1": TransferReminded;
  "transfer.withdrawn/1": TransferWithdrawn;
  "transfer.disputed/1": TransferDisputed;
  "transfer.ruled/1": TransferRuled;
  "transfer.package_sealed/1": TransferPackageSealed;
  "transfer.completed/1": TransferCompleted;
  "transfer.history_declared/1": TransferHistoryDeclared;
  "transfer.history_verified/1": TransferHistoryVerified;
  "transfer.practice_ended/1": TransferPracticeEnded;
  "warning.raised/1": WarningRaised;
  "warning.escalated/1": WarningEscalated;
  "warning.condition_ended/1": WarningConditionEnded;
  "warning.cleared/1": WarningCleared;
  "warning.reopened/1": WarningReopened;
  "warning.waiver_ended/1": WarningWaiverEnded;
  "warning.passed_to_city/1": WarningPassedToCity;
  "warning.moved/1": WarningMoved;
  "warning.acknowledged/1": WarningAcknowledged;
  "warning.rectification_started/1": WarningRectificationStarted;
  "warning.rectification_submitted/1": WarningRectificationSubmitted;
  "warning.rectification_returned/1": WarningRectificationReturned;
  "warning.closed/1": WarningClosed;
  "warning.closing_revoked/1": WarningClosingRevoked;
  "warning.waived/1": WarningWaived;
  "warning.waiver_revoked/1": WarningWaiverRevoked;
  "warning.suspended/1": WarningSuspended;
  "warning.resumed/1": WarningResumed;
  "warning.disputed/1": WarningDisputed;
  "warning.ruled/1": WarningRuled;
  "warning.regraded/1": WarningRegraded;
  "warning.accepted/1": WarningAccepted;
  "desk.opened/1": DeskOpened;
  "desk.evaluated/1": DeskEvaluated;
  "notification.ordered/1": NotificationOrdered;
  "notification.sent/1": NotificationSent;
  "notification.delivered/1": NotificationDelivered;
  "notification.failed/1": NotificationFailed;
  "notification.sent_again/1": NotificationSentAgain;
}

export interface Shape {
  is: string; min_chars?: number; max_chars?: number; form?: string; pattern?: string; min?: number; max?: number; unit?: string;
  of?: string; list?: string; max_bytes?: number; kinds?: readonly string[]; members?: readonly Member[]; min_items?: number;
  max_items?: number; item?: Shape; names?: readonly string[]; value?: Shape; subject?: string;
}
export interface Member extends Shape { name: string; required: boolean; zh: string; en: string }
export interface EventTable {
  type: string; schema: number; meanings: readonly Meaning[]; creates: boolean; effective_on: string; reason: string;
  signed_by: readonly string[]; data: readonly Member[]; zh: string; en: string;
}
/** The field tables by kind. */
export const kinds: readonly { kind: Kind; zh: string; en: string; types: readonly EventTable[] }[] = [
  { kind: "ledger", zh: "账本", en: "ledger", types: [
    {"creates":true,"data":[{"en":"name of the ledger, the first part of its origin","form":"ledger_name","is":"text","max_chars":60,"min_chars":1,"name":"name","pattern":"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$","required":true,"zh":"账本名称"},{"en":"environment","is":"code","list":"ENVIRONMENT","name":"environment","required":true,"zh":"环境"},{"en":"clock","is":"code","list":"CLOCK","name":"clock","required":true,"zh":"时钟"},{"en":"root holders","is":"list","item":{"is":"object","members":[{"en":"account","is":"uuid","name":"account","required":true,"zh":"账户"},{"en":"natural person","is":"uuid","name":"person","required":true,"zh":"自然人"},{"en":"algorithm (1 = Ed25519)","is":"integer","max":1,"min":1,"name":"alg","required":true,"zh":"算法"},{"en":"SubjectPublicKeyInfo DER","is":"bytes","max_bytes":100,"name":"public_key","required":true,"zh":"公钥"},{"en":"proof of possession","is":"object","members":[{"en":"enrolment payload","is":"bytes","max_bytes":1024,"name":"payload","required":true,"zh":"登记声明"},{"en":"its signature by the new key","is":"bytes","max_bytes":64,"name":"sig","required":true,"zh":"登记签名"}],"name":"proof","required":true,"zh":"持有证明"}]},"max_items":9,"min_items":2,"name":"roots","required":true,"zh":"根持有人"},{"en":"signatures that a decision of the roots needs","is":"integer","max":9,"min":2,"name":"threshold","required":true,"zh":"门限"},{"en":"key of the service","is":"object","members":[{"en":"account","is":"uuid","name":"account","required":true,"zh":"账户"},{"en":"algorithm (1 = Ed25519)","is":"integer","max":1,"min":1,"name":"alg","required":true,"zh":"算法"},{"en":"SubjectPublicKeyInfo DER","is":"bytes","max_bytes":100,"name":"public_key","required":true,"zh":"公钥"},{"en":"proof of possession","is":"object","members":[{"en":"enrolment payload","is":"bytes","max_bytes":1024,"name":"payload","required":true,"zh":"登记声明"},{"en":"its signature by the new key","is":"bytes","max_bytes":64,"name":"sig","required":true,"zh":"登记签名"}],"name":"proof","required":true,"zh":"持有证明"}],"name":"service","required":true,"zh":"服务密钥"},{"en":"C2SP verifier key of the log","is":"text","max_chars":300,"min_chars":10,"name":"log_vkey","required":true,"zh":"日志公钥"},{"en":"event catalogue","is":"object","members":[{"en":"version","is":"integer","max":1000000,"min":1,"name":"version","required":true,"zh":"版本"},{"en":"SHA-256 of its exact bytes","is":"hash","name":"sha256","required":true,"zh":"SHA-256"}],"name":"catalogue","required":true,"zh":"事件目录"},{"en":"rights policy","is":"object","members":[{"en":"version","is":"integer","max":1000000,"min":1,"name":"version","required":true,"zh":"版本"},{"en":"SHA-256 of its exact bytes","is":"hash","name":"sha256","required":true,"zh":"SHA-256"}],"name":"policy","required":true,"zh":"权限策略"},{"en":"warning rules","is":"object","members":[{"en":"version","is":"integer","max":1000000,"min":1,"name":"version","required":true,"zh":"版本"},{"en":"SHA-256 of its exact bytes","is":"hash","name":"sha256","required":true,"zh":"SHA-256"}],"name":"rules","required":true,"zh":"预警规则"}],"effective_on":"forbidden","en":"ledger created","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["root"],"type":"ledger.created","zh":"账本创世"},
    {"creates":false,"data":[{"en":"the event that is countersigned","is":"event_ref","name":"countersigns","required":true,"zh":"所会签的事件"}],"effective_on":"forbidden","en":"genesis countersigned","meanings":["countersignature"],"reason":"optional","schema":1,"signed_by":["root"],"type":"ledger.countersigned","zh":"创世会签"},
  ] },
  { kind: "policy", zh: "策略", en: "policy", types: [
    {"creates":true,"data":[{"en":"which file","is":"code","list":"POLICY_FILE","name":"what","required":true,"zh":"文件"},{"en":"version","is":"integer","max":1000000,"min":1,"name":"version","required":true,"zh":"版本"},{"en":"SHA-256 of its exact bytes","is":"hash","name":"sha256","required":true,"zh":"SHA-256"},{"en":"first day on which it counts","is":"date","name":"from_day","required":true,"zh":"施行日期"}],"effective_on":"forbidden","en":"file adopted","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["root"],"type":"policy.adopted","zh":"采用策略文件"},
    {"creates":false,"data":[{"en":"the event that is countersigned","is":"event_ref","name":"countersigns","required":true,"zh":"所会签的事件"}],"effective_on":"forbidden","en":"adoption countersigned","meanings":["countersignature"],"reason":"optional","schema":1,"signed_by":["root"],"type":"policy.countersigned","zh":"采用会签"},
  ] },
  { kind: "account", zh: "账户", en: "account", types: [
    {"creates":true,"data":[{"en":"who stands behind it","is":"code","list":"ACCOUNT_KIND","name":"kind","required":true,"zh":"账户类别"},{"en":"level","is":"code","list":"LEVEL","name":"level","required":true,"zh":"层级"},{"en":"the natural person, by a random id","is":"record_ref","kinds":["party"],"name":"party","required":false,"zh":"自然人"},{"en":"name of the person","is":"sealed","name":"name","required":false,"subject":"/data/party","value":{"is":"text","max_chars":50,"min_chars":1},"zh":"姓名"},{"en":"name of the organisation or instrument, or the post","is":"text","max_chars":100,"min_chars":1,"name":"title","required":false,"zh":"名称或岗位"},{"en":"organisation","is":"uuid","name":"org","of":"institution","required":false,"zh":"所属机构"},{"en":"supervision area","form":"area","is":"text","max_chars":6,"min_chars":6,"name":"area","pattern":"^[1-9][0-9]{3}([0-9]{2}|[A-Z]{2})$","required":false,"zh":"监督辖区"}],"effective_on":"forbidden","en":"account opened","meanings":["entry"],"reason":"optional","schema":1,"signed_by":["person","root"],"type":"account.opened","zh":"开户"},
    {"creates":false,"data":[{"en":"the event that is countersigned","is":"event_ref","name":"countersigns","required":true,"zh":"所会签的事件"}],"effective_on":"forbidden","en":"account countersigned","meanings":["countersignature"],"reason":"optional","schema":1,"signed_by":["person","root"],"type":"account.countersigned","zh":"开户会签"},
    {"creates":false,"data":[],"effective_on":"forbidden","en":"account closed","meanings":["revocation"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"account.closed","zh":"销户"},
    {"creates":false,"data":[{"en":"supervision area for which he is on call; none: the city","form":"area","is":"text","max_chars":6,"min_chars":6,"name":"area","pattern":"^[1-9][0-9]{3}([0-9]{2}|[A-Z]{2})$","required":false,"zh":"监督辖区（市级不填）"},{"en":"the natural person, by a random id","is":"record_ref","kinds":["party"],"name":"party","required":true,"zh":"自然人"},{"en":"telephone","is":"sealed","name":"phone","required":true,"subject":"/data/party","value":{"form":"phone","is":"text","max_chars":20,"min_chars":5,"pattern":"^[+0-9][0-9 -]{4,19}$"},"zh":"值守电话"}],"effective_on":"forbidden","en":"telephone on call filed","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"account.contact_filed","zh":"登记值守电话"},
  ] },
  { kind: "credential", zh: "证书", en: "credential", types: [
    {"creates":true,"data":[{"en":"account","is":"uuid","name":"account","of":"account","required":true,"zh":"账户"},{"en":"the natural person who holds the key","is":"uuid","name":"holder","required":true,"zh":"持有人"},{"en":"algorithm (1 = Ed25519)","is":"integer","max":1,"min":1,"name":"alg","required":true,"zh":"算法"},{"en":"SubjectPublicKeyInfo DER","is":"bytes","max_bytes":100,"name":"public_key","required":true,"zh":"公钥"},{"en":"proof of possession","is":"object","members":[{"en":"enrolment payload","is":"bytes","max_bytes":1024,"name":"payload","required":true,"zh":"登记声明"},{"en":"its signature by the new key","is":"bytes","max_bytes":64,"name":"sig","required":true,"zh":"登记签名"}],"name":"proof","required":true,"zh":"持有证明"},{"en":"assurance","is":"code","list":"ASSURANCE","name":"assurance","required":true,"zh":"证书等级"},{"en":"first day of validity","is":"date","name":"valid_from","required":true,"zh":"生效日期"},{"en":"first day without validity","is":"date","name":"valid_until","required":true,"zh":"失效日期"},{"en":"credential that it renews","is":"uuid","name":"renews","of":"credential","required":false,"zh":"所续证书"}],"effective_on":"forbidden","en":"credential requested","meanings":["enrolment"],"reason":"optional","schema":1,"signed_by":["person","root"],"type":"credential.requested","zh":"申请证书"},
    {"creates":false,"data":[{"en":"account","is":"uuid","name":"account","of":"account","required":true,"zh":"账户"},{"en":"the request","is":"event_ref","name":"countersigns","required":true,"zh":"所会签的事件"}],"effective_on":"forbidden","en":"credential bound","meanings":["enrolment"],"reason":"optional","schema":1,"signed_by":["person","root"],"type":"credential.bound","zh":"绑定证书"},
    {"creates":false,"data":[{"en":"account","is":"uuid","name":"account","of":"account","required":true,"zh":"账户"},{"en":"ground","is":"code","list":"REVOCATION_GROUND","name":"ground","required":true,"zh":"撤销原因"}],"effective_on":"forbidden","en":"credential revoked","meanings":["revocation"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"credential.revoked","zh":"撤销证书"},
    {"creates":false,"data":[{"en":"account","is":"uuid","name":"account","of":"account","required":true,"zh":"账户"},{"en":"since when, as the reporter claims","is":"instant","name":"compromised_since","required":true,"zh":"自何时起失控"}],"effective_on":"forbidden","en":"compromise reported","meanings":["revocation"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"credential.compromise_reported","zh":"挂失"},
    {"creates":false,"data":[{"en":"account","is":"uuid","name":"account","of":"account","required":true,"zh":"账户"},{"en":"since when; absent when the claim is dismissed","is":"instant","name":"since","required":false,"zh":"认定失控起始时间"}],"effective_on":"forbidden","en":"compromise decided","meanings":["approval","refusal"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"credential.compromise_decided","zh":"失控认定"},
    {"creates":false,"data":[{"en":"account","is":"uuid","name":"account","of":"account","required":true,"zh":"账户"},{"en":"events that stand","is":"list","item":{"is":"event_ref"},"max_items":100,"min_items":1,"name":"confirms","required":true,"zh":"确认的事件"}],"effective_on":"forbidden","en":"suspect events confirmed","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"credential.suspects_confirmed","zh":"确认存疑事件"},
  ] },
  { kind: "grant", zh: "授权", en: "grant", types: [
    {"creates":true,"data":[{"en":"account","is":"uuid","name":"account","of":"account","required":true,"zh":"账户"},{"en":"role","is":"code","list":"ROLE","name":"role","required":true,"zh":"角色"},{"en":"organisation","is":"uuid","name":"org","of":"institution","required":false,"zh":"机构"},{"en":"supervision area","form":"area","is":"text","max_chars":6,"min_chars":6,"name":"area","pattern":"^[1-9][0-9]{3}([0-9]{2}|[A-Z]{2})$","required":false,"zh":"监督辖区"},{"en":"first day","is":"date","name":"from","required":true,"zh":"生效日期"},{"en":"first day without it","is":"date","name":"until","required":false,"zh":"失效日期"},{"en":"grant that is delegated","is":"uuid","name":"delegated_by","of":"grant","required":false,"zh":"委托自"}],"effective_on":"forbidden","en":"grant given","meanings":["entry","delegation"],"reason":"optional","schema":1,"signed_by":["person","root"],"type":"grant.given","zh":"授权"},
    {"creates":false,"data":[{"en":"account","is":"uuid","name":"account","of":"account","required":true,"zh":"账户"},{"en":"the event that is countersigned","is":"event_ref","name":"countersigns","required":true,"zh":"所会签的事件"}],"effective_on":"forbidden","en":"grant countersigned","meanings":["countersignature"],"reason":"optional","schema":1,"signed_by":["person","root"],"type":"grant.countersigned","zh":"授权会签"},
    {"creates":false,"data":[{"en":"account","is":"uuid","name":"account","of":"account","required":true,"zh":"账户"}],"effective_on":"forbidden","en":"grant revoked","meanings":["revocation"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"grant.revoked","zh":"撤销授权"},
    {"creates":false,"data":[{"en":"account","is":"uuid","name":"account","of":"account","required":true,"zh":"账户"}],"effective_on":"forbidden","en":"grant ended","meanings":["system"],"reason":"optional","schema":1,"signed_by":["service"],"type":"grant.ended","zh":"授权终止"},
  ] },
  { kind: "erasure", zh: "删除个人信息", en: "erasure", types: [
    {"creates":true,"data":[{"en":"the natural person","is":"record_ref","kinds":["party"],"name":"subject","required":true,"zh":"自然人"},{"en":"a record that names the person","is":"record_ref","kinds":["account","institution"],"name":"found_in","required":true,"zh":"所在档案"},{"en":"ground","is":"code","list":"ERASURE_GROUND","name":"ground","required":true,"zh":"删除理由"}],"effective_on":"forbidden","en":"erasure requested","meanings":["submission"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"erasure.requested","zh":"申请删除个人信息"},
    {"creates":false,"data":[{"en":"the natural person","is":"record_ref","kinds":["party"],"name":"subject","required":true,"zh":"自然人"}],"effective_on":"forbidden","en":"erasure approved","meanings":["approval"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"erasure.approved","zh":"批准删除"},
    {"creates":false,"data":[{"en":"the natural person","is":"record_ref","kinds":["party"],"name":"subject","required":true,"zh":"自然人"}],"effective_on":"forbidden","en":"erasure refused","meanings":["refusal"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"erasure.refused","zh":"不予删除"},
    {"creates":false,"data":[{"en":"the natural person","is":"record_ref","kinds":["party"],"name":"subject","required":true,"zh":"自然人"}],"effective_on":"forbidden","en":"erasure carried out","meanings":["system"],"reason":"optional","schema":1,"signed_by":["service"],"type":"erasure.carried_out","zh":"已删除"},
    {"creates":true,"data":[{"en":"the natural person","is":"record_ref","kinds":["party","person"],"name":"subject","required":true,"zh":"自然人"},{"en":"a record that names the person; a worker's file itself","is":"record_ref","kinds":["account","institution","person"],"name":"found_in","required":true,"zh":"所在档案"},{"en":"ground","is":"code","list":"ERASURE_GROUND","name":"ground","required":true,"zh":"删除理由"}],"effective_on":"forbidden","en":"erasure requested","meanings":["submission"],"reason":"optional","schema":2,"signed_by":["organisation","person"],"type":"erasure.requested","zh":"申请删除个人信息"},
    {"creates":false,"data":[{"en":"the natural person","is":"record_ref","kinds":["party","person"],"name":"subject","required":true,"zh":"自然人"}],"effective_on":"forbidden","en":"erasure approved","meanings":["approval"],"reason":"optional","schema":2,"signed_by":["organisation","person"],"type":"erasure.approved","zh":"批准删除"},
    {"creates":false,"data":[{"en":"the natural person","is":"record_ref","kinds":["party","person"],"name":"subject","required":true,"zh":"自然人"}],"effective_on":"forbidden","en":"erasure refused","meanings":["refusal"],"reason":"required","schema":2,"signed_by":["organisation","person"],"type":"erasure.refused","zh":"不予删除"},
    {"creates":false,"data":[{"en":"the natural person","is":"record_ref","kinds":["party","person"],"name":"subject","required":true,"zh":"自然人"}],"effective_on":"forbidden","en":"erasure carried out","meanings":["system"],"reason":"optional","schema":2,"signed_by":["service"],"type":"erasure.carried_out","zh":"已删除"},
  ] },
  { kind: "institution", zh: "机构", en: "institution", types: [
    {"creates":true,"data":[{"en":"unified social credit code","form":"credit_code","is":"text","max_chars":18,"min_chars":18,"name":"credit_code","pattern":"^[0-9A-HJ-NPQRTUWXY]{18}$","required":true,"zh":"统一社会信用代码"},{"en":"number of the branch","is":"text","max_chars":20,"min_chars":1,"name":"branch_no","required":false,"zh":"分支机构编号"},{"en":"name as on the certificate","is":"text","max_chars":100,"min_chars":1,"name":"name","required":true,"zh":"机构名称"},{"en":"short name","is":"text","max_chars":40,"min_chars":1,"name":"short_name","required":false,"zh":"简称"},{"en":"kinds","is":"list","item":{"is":"code","list":"INSTITUTION_KIND"},"max_items":7,"min_items":1,"name":"kinds","required":true,"zh":"机构类别"},{"en":"medical type","is":"code","list":"MEDICAL_TYPE","name":"medical_type","required":false,"zh":"医疗机构类别"},{"en":"level and grade","is":"code","list":"GRADE","name":"grade","required":false,"zh":"等级"},{"en":"ownership","is":"code","list":"OWNERSHIP","name":"ownership","required":false,"zh":"经济类型"},{"en":"profit flag","is":"code","list":"PROFIT","name":"profit","required":false,"zh":"营利性质"},{"en":"division of GB/T 2260","form":"division","is":"text","max_chars":6,"min_chars":6,"name":"division","pattern":"^[1-9][0-9]{5}$","required":true,"zh":"行政区划"},{"en":"street or town","form":"street","is":"text","max_chars":9,"min_chars":9,"name":"street","pattern":"^[1-9][0-9]{8}$","required":false,"zh":"街道乡镇"},{"en":"supervision area","form":"area","is":"text","max_chars":6,"min_chars":6,"name":"supervision_area","pattern":"^[1-9][0-9]{3}([0-9]{2}|[A-Z]{2})$","required":true,"zh":"监督辖区"},{"en":"address","is":"text","max_chars":500,"min_chars":1,"name":"address","required":true,"zh":"地址"},{"en":"longitude, CGCS2000","is":"integer","max":180000000,"min":-180000000,"name":"longitude_udeg","required":false,"unit":"µ°","zh":"经度"},{"en":"latitude, CGCS2000","is":"integer","max":90000000,"min":-90000000,"name":"latitude_udeg","required":false,"unit":"µ°","zh":"纬度"},{"en":"beds","is":"integer","max":20000,"min":0,"name":"beds","required":false,"zh":"实有床位"},{"en":"number of staff","is":"integer","max":100000,"min":0,"name":"staff","required":false,"zh":"职工人数"},{"en":"departments","is":"list","item":{"is":"text","max_chars":40,"min_chars":1},"max_items":50,"min_items":1,"name":"departments","required":false,"zh":"放射科室"},{"en":"practice document","is":"object","members":[{"en":"kind of document","is":"code","list":"DOCUMENT_KIND","name":"kind","required":true,"zh":"证件类别"},{"en":"number","is":"text","max_chars":60,"min_chars":1,"name":"number","required":true,"zh":"证件编号"},{"en":"licensed beds","is":"integer","max":20000,"min":0,"name":"beds","required":false,"zh":"核定床位"},{"en":"issued on","is":"date","name":"from","required":true,"zh":"发证日期"},{"en":"verification due on","is":"date","name":"verify_due","required":false,"zh":"校验到期"}],"name":"practice_document","required":false,"zh":"执业许可"},{"en":"telephone of the institution","form":"phone","is":"text","max_chars":20,"min_chars":5,"name":"phone","pattern":"^[+0-9][0-9 -]{4,19}$","required":false,"zh":"单位电话"},{"en":"website","is":"text","max_chars":100,"min_chars":1,"name":"website","required":false,"zh":"网址"}],"effective_on":"optional","en":"institution registered","meanings":["entry"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"institution.registered","zh":"机构登记"},
    {"creates":false,"data":[],"effective_on":"forbidden","en":"institution approved","meanings":["approval"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"institution.approved","zh":"机构审核通过"},
    {"creates":false,"data":[],"effective_on":"forbidden","en":"institution returned","meanings":["return"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"institution.returned","zh":"机构退回"},
    {"creates":false,"data":[{"en":"new values","is":"set","members":[{"en":"unified social credit code","form":"credit_code","is":"text","max_chars":18,"min_chars":18,"name":"credit_code","pattern":"^[0-9A-HJ-NPQRTUWXY]{18}$","required":false,"zh":"统一社会信用代码"},{"en":"number of the branch","is":"text","max_chars":20,"min_chars":1,"name":"branch_no","required":false,"zh":"分支机构编号"},{"en":"name as on the certificate","is":"text","max_chars":100,"min_chars":1,"name":"name","required":false,"zh":"机构名称"},{"en":"short name","is":"text","max_chars":40,"min_chars":1,"name":"short_name","required":false,"zh":"简称"},{"en":"kinds","is":"list","item":{"is":"code","list":"INSTITUTION_KIND"},"max_items":7,"min_items":1,"name":"kinds","required":false,"zh":"机构类别"},{"en":"medical type","is":"code","list":"MEDICAL_TYPE","name":"medical_type","required":false,"zh":"医疗机构类别"},{"en":"level and grade","is":"code","list":"GRADE","name":"grade","required":false,"zh":"等级"},{"en":"ownership","is":"code","list":"OWNERSHIP","name":"ownership","required":false,"zh":"经济类型"},{"en":"profit flag","is":"code","list":"PROFIT","name":"profit","required":false,"zh":"营利性质"},{"en":"division of GB/T 2260","form":"division","is":"text","max_chars":6,"min_chars":6,"name":"division","pattern":"^[1-9][0-9]{5}$","required":false,"zh":"行政区划"},{"en":"street or town","form":"street","is":"text","max_chars":9,"min_chars":9,"name":"street","pattern":"^[1-9][0-9]{8}$","required":false,"zh":"街道乡镇"},{"en":"supervision area","form":"area","is":"text","max_chars":6,"min_chars":6,"name":"supervision_area","pattern":"^[1-9][0-9]{3}([0-9]{2}|[A-Z]{2})$","required":false,"zh":"监督辖区"},{"en":"address","is":"text","max_chars":500,"min_chars":1,"name":"address","required":false,"zh":"地址"},{"en":"longitude, CGCS2000","is":"integer","max":180000000,"min":-180000000,"name":"longitude_udeg","required":false,"unit":"µ°","zh":"经度"},{"en":"latitude, CGCS2000","is":"integer","max":90000000,"min":-90000000,"name":"latitude_udeg","required":false,"unit":"µ°","zh":"纬度"},{"en":"beds","is":"integer","max":20000,"min":0,"name":"beds","required":false,"zh":"实有床位"},{"en":"number of staff","is":"integer","max":100000,"min":0,"name":"staff","required":false,"zh":"职工人数"},{"en":"departments","is":"list","item":{"is":"text","max_chars":40,"min_chars":1},"max_items":50,"min_items":1,"name":"departments","required":false,"zh":"放射科室"},{"en":"practice document","is":"object","members":[{"en":"kind of document","is":"code","list":"DOCUMENT_KIND","name":"kind","required":true,"zh":"证件类别"},{"en":"number","is":"text","max_chars":60,"min_chars":1,"name":"number","required":true,"zh":"证件编号"},{"en":"licensed beds","is":"integer","max":20000,"min":0,"name":"beds","required":false,"zh":"核定床位"},{"en":"issued on","is":"date","name":"from","required":true,"zh":"发证日期"},{"en":"verification due on","is":"date","name":"verify_due","required":false,"zh":"校验到期"}],"name":"practice_document","required":false,"zh":"执业许可"},{"en":"telephone of the institution","form":"phone","is":"text","max_chars":20,"min_chars":5,"name":"phone","pattern":"^[+0-9][0-9 -]{4,19}$","required":false,"zh":"单位电话"},{"en":"website","is":"text","max_chars":100,"min_chars":1,"name":"website","required":false,"zh":"网址"}],"name":"set","required":false,"zh":"变更为"},{"en":"members without a value","is":"clear","name":"clear","names":["branch_no","short_name","medical_type","grade","ownership","profit","street","longitude_udeg","latitude_udeg","beds","staff","departments","practice_document","phone","website"],"required":false,"zh":"清空"}],"effective_on":"required","en":"institution changed","meanings":["entry","submission"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"institution.changed","zh":"机构信息变更"},
    {"creates":false,"data":[{"en":"new values","is":"set","members":[{"en":"unified social credit code","form":"credit_code","is":"text","max_chars":18,"min_chars":18,"name":"credit_code","pattern":"^[0-9A-HJ-NPQRTUWXY]{18}$","required":false,"zh":"统一社会信用代码"},{"en":"number of the branch","is":"text","max_chars":20,"min_chars":1,"name":"branch_no","required":false,"zh":"分支机构编号"},{"en":"name as on the certificate","is":"text","max_chars":100,"min_chars":1,"name":"name","required":false,"zh":"机构名称"},{"en":"short name","is":"text","max_chars":40,"min_chars":1,"name":"short_name","required":false,"zh":"简称"},{"en":"kinds","is":"list","item":{"is":"code","list":"INSTITUTION_KIND"},"max_items":7,"min_items":1,"name":"kinds","required":false,"zh":"机构类别"},{"en":"medical type","is":"code","list":"MEDICAL_TYPE","name":"medical_type","required":false,"zh":"医疗机构类别"},{"en":"level and grade","is":"code","list":"GRADE","name":"grade","required":false,"zh":"等级"},{"en":"ownership","is":"code","list":"OWNERSHIP","name":"ownership","required":false,"zh":"经济类型"},{"en":"profit flag","is":"code","list":"PROFIT","name":"profit","required":false,"zh":"营利性质"},{"en":"division of GB/T 2260","form":"division","is":"text","max_chars":6,"min_chars":6,"name":"division","pattern":"^[1-9][0-9]{5}$","required":false,"zh":"行政区划"},{"en":"street or town","form":"street","is":"text","max_chars":9,"min_chars":9,"name":"street","pattern":"^[1-9][0-9]{8}$","required":false,"zh":"街道乡镇"},{"en":"supervision area","form":"area","is":"text","max_chars":6,"min_chars":6,"name":"supervision_area","pattern":"^[1-9][0-9]{3}([0-9]{2}|[A-Z]{2})$","required":false,"zh":"监督辖区"},{"en":"address","is":"text","max_chars":500,"min_chars":1,"name":"address","required":false,"zh":"地址"},{"en":"longitude, CGCS2000","is":"integer","max":180000000,"min":-180000000,"name":"longitude_udeg","required":false,"unit":"µ°","zh":"经度"},{"en":"latitude, CGCS2000","is":"integer","max":90000000,"min":-90000000,"name":"latitude_udeg","required":false,"unit":"µ°","zh":"纬度"},{"en":"beds","is":"integer","max":20000,"min":0,"name":"beds","required":false,"zh":"实有床位"},{"en":"number of staff","is":"integer","max":100000,"min":0,"name":"staff","required":false,"zh":"职工人数"},{"en":"departments","is":"list","item":{"is":"text","max_chars":40,"min_chars":1},"max_items":50,"min_items":1,"name":"departments","required":false,"zh":"放射科室"},{"en":"practice document","is":"object","members":[{"en":"kind of document","is":"code","list":"DOCUMENT_KIND","name":"kind","required":true,"zh":"证件类别"},{"en":"number","is":"text","max_chars":60,"min_chars":1,"name":"number","required":true,"zh":"证件编号"},{"en":"licensed beds","is":"integer","max":20000,"min":0,"name":"beds","required":false,"zh":"核定床位"},{"en":"issued on","is":"date","name":"from","required":true,"zh":"发证日期"},{"en":"verification due on","is":"date","name":"verify_due","required":false,"zh":"校验到期"}],"name":"practice_document","required":false,"zh":"执业许可"},{"en":"telephone of the institution","form":"phone","is":"text","max_chars":20,"min_chars":5,"name":"phone","pattern":"^[+0-9][0-9 -]{4,19}$","required":false,"zh":"单位电话"},{"en":"website","is":"text","max_chars":100,"min_chars":1,"name":"website","required":false,"zh":"网址"}],"name":"set","required":false,"zh":"更正为"},{"en":"members without a value","is":"clear","name":"clear","names":["branch_no","short_name","medical_type","grade","ownership","profit","street","longitude_udeg","latitude_udeg","beds","staff","departments","practice_document","phone","website"],"required":false,"zh":"清空"},{"en":"the officer, by a random id","is":"record_ref","kinds":["party"],"name":"party","required":false,"zh":"自然人"},{"en":"corrected name","is":"sealed","name":"officer_name","required":false,"subject":"/data/party","value":{"is":"text","max_chars":50,"min_chars":1},"zh":"姓名更正为"},{"en":"corrected telephone","is":"sealed","name":"officer_phone","required":false,"subject":"/data/party","value":{"form":"phone","is":"text","max_chars":20,"min_chars":5,"pattern":"^[+0-9][0-9 -]{4,19}$"},"zh":"电话更正为"}],"effective_on":"forbidden","en":"institution corrected","meanings":["correction"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"institution.corrected","zh":"机构信息更正"},
    {"creates":false,"data":[{"en":"post","is":"code","list":"POST","name":"post","required":true,"zh":"职务"},{"en":"the natural person, by a random id","is":"record_ref","kinds":["party"],"name":"party","required":true,"zh":"自然人"},{"en":"name","is":"sealed","name":"name","required":true,"subject":"/data/party","value":{"is":"text","max_chars":50,"min_chars":1},"zh":"姓名"},{"en":"telephone","is":"sealed","name":"phone","required":false,"subject":"/data/party","value":{"form":"phone","is":"text","max_chars":20,"min_chars":5,"pattern":"^[+0-9][0-9 -]{4,19}$"},"zh":"电话"}],"effective_on":"required","en":"officer appointed","meanings":["entry"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"institution.officer_appointed","zh":"人员任职"},
    {"creates":false,"data":[{"en":"post","is":"code","list":"POST","name":"post","required":true,"zh":"职务"},{"en":"the natural person, by a random id","is":"record_ref","kinds":["party"],"name":"party","required":true,"zh":"自然人"}],"effective_on":"required","en":"officer ended","meanings":["entry"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"institution.officer_ended","zh":"人员离任"},
    {"creates":false,"data":[{"en":"id of the document","is":"uuid","name":"document","required":true,"zh":"文件标识"},{"en":"kind","is":"code","list":"DOCUMENT_KIND","name":"kind","required":true,"zh":"文件类别"},{"en":"number","is":"text","max_chars":60,"min_chars":1,"name":"number","required":true,"zh":"文件编号"},{"en":"issuer","is":"text","max_chars":100,"min_chars":1,"name":"issuer","required":false,"zh":"发证机关"},{"en":"valid from","is":"date","name":"from","required":true,"zh":"生效日期"},{"en":"first day without validity","is":"date","name":"until","required":false,"zh":"失效日期"}],"effective_on":"forbidden","en":"document filed","meanings":["submission"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"institution.document_filed","zh":"文件备案"},
    {"creates":false,"data":[{"en":"id of the document","is":"uuid","name":"document","required":true,"zh":"文件标识"},{"en":"result","is":"code","list":"DOCUMENT_RESULT","name":"result","required":true,"zh":"核验结果"}],"effective_on":"forbidden","en":"document verified","meanings":["examination"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"institution.document_verified","zh":"文件核验"},
    {"creates":false,"data":[],"effective_on":"required","en":"business suspended","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"institution.suspended","zh":"机构歇业"},
    {"creates":false,"data":[],"effective_on":"required","en":"business resumed","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"institution.resumed","zh":"机构复业"},
    {"creates":false,"data":[],"effective_on":"required","en":"institution closed","meanings":["declaration","revocation"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"institution.closed","zh":"机构注销"},
    {"creates":false,"data":[{"en":"institution that takes over","is":"uuid","name":"into","of":"institution","required":true,"zh":"并入机构"}],"effective_on":"required","en":"institution merged","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"institution.merged","zh":"机构合并"},
  ] },
  { kind: "device", zh: "设备", en: "device", types: [
    {"creates":true,"data":[{"en":"institution","is":"uuid","name":"institution","of":"institution","required":true,"zh":"使用机构"},{"en":"kind","is":"code","list":"DEVICE_KIND","name":"kind","required":true,"zh":"设备类别"},{"en":"number within the institution","is":"text","max_chars":40,"min_chars":1,"name":"device_no","required":true,"zh":"单位内编号"},{"en":"name","is":"text","max_chars":100,"min_chars":1,"name":"name","required":true,"zh":"设备名称"},{"en":"model","is":"text","max_chars":100,"min_chars":1,"name":"model","required":false,"zh":"型号"},{"en":"maker","is":"text","max_chars":100,"min_chars":1,"name":"maker","required":true,"zh":"生产厂家"},{"en":"factory number","is":"text","max_chars":60,"min_chars":1,"name":"factory_no","required":true,"zh":"出厂编号"},{"en":"maximum tube voltage","is":"integer","max":1000000,"min":0,"name":"tube_voltage_v","required":false,"unit":"V","zh":"最大管电压"},{"en":"maximum tube current","is":"integer","max":10000000,"min":0,"name":"tube_current_ua","required":false,"unit":"µA","zh":"最大管电流"},{"en":"maximum energy","is":"integer","max":1000000,"min":0,"name":"energy_kev","required":false,"unit":"keV","zh":"最大能量"},{"en":"nuclide","is":"text","max_chars":20,"min_chars":1,"name":"nuclide","required":false,"zh":"核素"},{"en":"activity in becquerel","form":"activity_bq","is":"text","max_chars":25,"min_chars":1,"name":"activity_bq","pattern":"^(0|[1-9][0-9]{0,24})$","required":false,"zh":"活度"},{"en":"made on","is":"date","name":"made_on","required":false,"zh":"出厂日期"},{"en":"bought on","is":"date","name":"bought_on","required":false,"zh":"购置日期"},{"en":"location","is":"text","max_chars":100,"min_chars":1,"name":"location","required":true,"zh":"所在场所"},{"en":"class of ray device","is":"code","list":"RAY_CLASS","name":"ray_class","required":false,"zh":"射线装置分类"}],"effective_on":"optional","en":"device registered","meanings":["entry"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"device.registered","zh":"设备登记"},
    {"creates":false,"data":[{"en":"location","is":"text","max_chars":100,"min_chars":1,"name":"location","required":true,"zh":"安装场所"}],"effective_on":"required","en":"device installed","meanings":["entry"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"device.installed","zh":"设备安装"},
    {"creates":false,"data":[{"en":"location","is":"text","max_chars":100,"min_chars":1,"name":"location","required":true,"zh":"安装场所"}],"effective_on":"required","en":"device moved within the institution","meanings":["entry"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"device.moved","zh":"设备移位"},
    {"creates":false,"data":[{"en":"in use before this system knew its acceptance test","is":"flag","name":"legacy","required":true,"zh":"系统启用前已在用"}],"effective_on":"required","en":"device put in use","meanings":["entry"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"device.put_in_use","zh":"设备启用"},
    {"creates":false,"data":[{"en":"new state","is":"code","list":"DEVICE_STATE","name":"to","required":true,"zh":"变更后状态"},{"en":"why","is":"code","list":"STATE_REASON","name":"why","required":true,"zh":"原因"}],"effective_on":"required","en":"device state changed","meanings":["entry"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"device.state_changed","zh":"设备状态变更"},
    {"creates":false,"data":[{"en":"component","is":"code","list":"MAJOR_COMPONENT","name":"component","required":true,"zh":"重要部件"}],"effective_on":"required","en":"major part of a device repaired","meanings":["entry"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"device.repaired","zh":"重要部件维修更换"},
    {"creates":false,"data":[{"en":"new values","is":"set","members":[{"en":"institution","is":"uuid","name":"institution","of":"institution","required":false,"zh":"使用机构"},{"en":"kind","is":"code","list":"DEVICE_KIND","name":"kind","required":false,"zh":"设备类别"},{"en":"number within the institution","is":"text","max_chars":40,"min_chars":1,"name":"device_no","required":false,"zh":"单位内编号"},{"en":"name","is":"text","max_chars":100,"min_chars":1,"name":"name","required":false,"zh":"设备名称"},{"en":"model","is":"text","max_chars":100,"min_chars":1,"name":"model","required":false,"zh":"型号"},{"en":"maker","is":"text","max_chars":100,"min_chars":1,"name":"maker","required":false,"zh":"生产厂家"},{"en":"factory number","is":"text","max_chars":60,"min_chars":1,"name":"factory_no","required":false,"zh":"出厂编号"},{"en":"maximum tube voltage","is":"integer","max":1000000,"min":0,"name":"tube_voltage_v","required":false,"unit":"V","zh":"最大管电压"},{"en":"maximum tube current","is":"integer","max":10000000,"min":0,"name":"tube_current_ua","required":false,"unit":"µA","zh":"最大管电流"},{"en":"maximum energy","is":"integer","max":1000000,"min":0,"name":"energy_kev","required":false,"unit":"keV","zh":"最大能量"},{"en":"nuclide","is":"text","max_chars":20,"min_chars":1,"name":"nuclide","required":false,"zh":"核素"},{"en":"activity in becquerel","form":"activity_bq","is":"text","max_chars":25,"min_chars":1,"name":"activity_bq","pattern":"^(0|[1-9][0-9]{0,24})$","required":false,"zh":"活度"},{"en":"made on","is":"date","name":"made_on","required":false,"zh":"出厂日期"},{"en":"bought on","is":"date","name":"bought_on","required":false,"zh":"购置日期"},{"en":"location","is":"text","max_chars":100,"min_chars":1,"name":"location","required":false,"zh":"所在场所"},{"en":"class of ray device","is":"code","list":"RAY_CLASS","name":"ray_class","required":false,"zh":"射线装置分类"}],"name":"set","required":false,"zh":"更正为"},{"en":"members without a value","is":"clear","name":"clear","names":["model","tube_voltage_v","tube_current_ua","energy_kev","nuclide","activity_bq","made_on","bought_on","ray_class"],"required":false,"zh":"清空"}],"effective_on":"forbidden","en":"device corrected","meanings":["correction"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"device.corrected","zh":"设备更正"},
    {"creates":false,"data":[{"en":"method","is":"code","list":"DISPOSAL_METHOD","name":"method","required":true,"zh":"处置方式"},{"en":"evidence that it was disabled","is":"text","max_chars":500,"min_chars":1,"name":"evidence","required":true,"zh":"去功能化证明"}],"effective_on":"required","en":"device decommissioned","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"device.decommissioned","zh":"设备报废"},
  ] },
  { kind: "person", zh: "放射工作人员", en: "radiation worker", types: [
    {"creates":true,"data":[{"en":"institution that opens the file","is":"uuid","name":"institution","of":"institution","required":true,"zh":"建档机构"},{"en":"name","is":"sealed","name":"name","required":true,"subject":"/record","value":{"is":"text","max_chars":50,"min_chars":1},"zh":"姓名"},{"en":"kind of identity document","is":"code","list":"ID_DOCUMENT","name":"id_type","required":true,"zh":"证件类型"},{"en":"resident number","is":"sealed","name":"resident_no","required":false,"subject":"/record","value":{"form":"resident_no","is":"text","max_chars":18,"min_chars":18,"pattern":"^[1-9][0-9]{16}[0-9X]$"},"zh":"公民身份号码"},{"en":"number of another document","is":"sealed","name":"document_no","required":false,"subject":"/record","value":{"form":"document_no","is":"text","max_chars":30,"min_chars":5,"pattern":"^[0-9A-Z()/-]{5,30}$"},"zh":"其他证件号码"},{"en":"telephone","is":"sealed","name":"phone","required":false,"subject":"/record","value":{"form":"phone","is":"text","max_chars":20,"min_chars":5,"pattern":"^[+0-9][0-9 -]{4,19}$"},"zh":"电话"},{"en":"address","is":"sealed","name":"address","required":false,"subject":"/record","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"住址"},{"en":"sex","is":"code","list":"SEX","name":"sex","required":true,"zh":"性别"},{"en":"year of birth","is":"integer","max":2100,"min":1900,"name":"birth_year","required":true,"zh":"出生年"},{"en":"month in which he comes of age, of who was a minor when registered","form":"month","is":"text","max_chars":7,"min_chars":7,"name":"adult_month","pattern":"^[0-9]{4}-(0[1-9]|1[0-2])$","required":false,"zh":"成年月"},{"en":"first day of radiation work anywhere","is":"date","name":"radiation_work_since","required":false,"zh":"开始放射工作日期"}],"effective_on":"optional","en":"person registered","meanings":["entry"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"person.registered","zh":"人员建档"},
    {"creates":false,"data":[{"en":"telephone","is":"sealed","name":"phone","required":false,"subject":"/record","value":{"form":"phone","is":"text","max_chars":20,"min_chars":5,"pattern":"^[+0-9][0-9 -]{4,19}$"},"zh":"电话"},{"en":"address","is":"sealed","name":"address","required":false,"subject":"/record","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"住址"}],"effective_on":"required","en":"contact changed","meanings":["entry"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"person.contact_changed","zh":"联系方式变更"},
    {"creates":false,"data":[{"en":"new values","is":"set","members":[{"en":"sex","is":"code","list":"SEX","name":"sex","required":false,"zh":"性别"},{"en":"year of birth","is":"integer","max":2100,"min":1900,"name":"birth_year","required":false,"zh":"出生年"},{"en":"month in which he comes of age, of who was a minor when registered","form":"month","is":"text","max_chars":7,"min_chars":7,"name":"adult_month","pattern":"^[0-9]{4}-(0[1-9]|1[0-2])$","required":false,"zh":"成年月"},{"en":"first day of radiation work anywhere","is":"date","name":"radiation_work_since","required":false,"zh":"开始放射工作日期"}],"name":"set","required":false,"zh":"更正为"},{"en":"members without a value","is":"clear","name":"clear","names":["adult_month","radiation_work_since"],"required":false,"zh":"清空"},{"en":"corrected name","is":"sealed","name":"name","required":false,"subject":"/record","value":{"is":"text","max_chars":50,"min_chars":1},"zh":"姓名更正为"},{"en":"corrected kind of document","is":"code","list":"ID_DOCUMENT","name":"id_type","required":false,"zh":"证件类型更正为"},{"en":"corrected resident number","is":"sealed","name":"resident_no","required":false,"subject":"/record","value":{"form":"resident_no","is":"text","max_chars":18,"min_chars":18,"pattern":"^[1-9][0-9]{16}[0-9X]$"},"zh":"公民身份号码更正为"},{"en":"corrected number of another document","is":"sealed","name":"document_no","required":false,"subject":"/record","value":{"form":"document_no","is":"text","max_chars":30,"min_chars":5,"pattern":"^[0-9A-Z()/-]{5,30}$"},"zh":"其他证件号码更正为"}],"effective_on":"forbidden","en":"person corrected","meanings":["correction"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"person.corrected","zh":"人员信息更正"},
    {"creates":false,"data":[{"en":"the worker's account","is":"uuid","name":"account","of":"account","required":true,"zh":"本人账户"}],"effective_on":"forbidden","en":"worker's account linked","meanings":["entry"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"person.account_linked","zh":"关联本人账户"},
    {"creates":false,"data":[{"en":"what he wants corrected","is":"sealed","name":"what","required":true,"subject":"/record","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"请求更正的内容"}],"effective_on":"forbidden","en":"correction requested by the worker","meanings":["submission"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"person.correction_requested","zh":"本人请求更正"},
    {"creates":false,"data":[{"en":"the request that is answered","is":"event_ref","name":"request","required":true,"zh":"所答复的请求"},{"en":"whether it is accepted","is":"flag","name":"accepted","required":true,"zh":"是否同意"}],"effective_on":"forbidden","en":"correction request decided","meanings":["examination"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"person.correction_decided","zh":"更正请求答复"},
    {"creates":false,"data":[{"en":"the transfer by which it moved","is":"uuid","name":"transfer","of":"transfer","required":true,"zh":"依据的流动"},{"en":"institution that holds it","is":"uuid","name":"institution","of":"institution","required":false,"zh":"管理单位"},{"en":"county in whose archive it lies, or that let it go","form":"area","is":"text","max_chars":6,"min_chars":6,"name":"area","pattern":"^[1-9][0-9]{3}([0-9]{2}|[A-Z]{2})$","required":false,"zh":"管理县区"},{"en":"it left the city","is":"flag","name":"outside","required":true,"zh":"已调往市外"}],"effective_on":"forbidden","en":"custody moved","meanings":["system"],"reason":"optional","schema":1,"signed_by":["service"],"type":"person.custody_moved","zh":"档案管理权转移"},
  ] },
  { kind: "employment", zh: "用人关系", en: "employment", types: [
    {"creates":true,"data":[{"en":"the worker","is":"uuid","name":"person","of":"person","required":true,"zh":"放射工作人员"},{"en":"employer","is":"uuid","name":"institution","of":"institution","required":true,"zh":"用人单位"},{"en":"number of the worker within the institution","is":"text","max_chars":40,"min_chars":1,"name":"worker_no","required":true,"zh":"工作人员编号"},{"en":"department","is":"text","max_chars":100,"min_chars":1,"name":"department","required":false,"zh":"科室"},{"en":"occupational category","is":"code","list":"GBZ128","name":"category","required":true,"zh":"职业类别"},{"en":"what marks the post","is":"list","item":{"is":"code","list":"POST_TAG"},"max_items":5,"min_items":1,"name":"tags","required":false,"zh":"岗位特征"}],"effective_on":"forbidden","en":"employment planned","meanings":["entry"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"employment.planned","zh":"拟上岗"},
    {"creates":false,"data":[{"en":"examination, training and certificate were seen outside this system","is":"flag","name":"legacy","required":true,"zh":"系统启用前已在岗或前置条件在系统外核实"}],"effective_on":"required","en":"employment activated","meanings":["entry"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"employment.activated","zh":"上岗"},
    {"creates":false,"data":[{"en":"why","is":"code","list":"ABSENCE_REASON","name":"reason","required":true,"zh":"原因"}],"effective_on":"required","en":"employment suspended","meanings":["entry"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"employment.suspended","zh":"暂时离岗"},
    {"creates":false,"data":[],"effective_on":"required","en":"employment resumed","meanings":["entry"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"employment.resumed","zh":"返岗"},
    {"creates":false,"data":[{"en":"new values","is":"set","members":[{"en":"number of the worker within the institution","is":"text","max_chars":40,"min_chars":1,"name":"worker_no","required":false,"zh":"工作人员编号"},{"en":"department","is":"text","max_chars":100,"min_chars":1,"name":"department","required":false,"zh":"科室"},{"en":"occupational category","is":"code","list":"GBZ128","name":"category","required":false,"zh":"职业类别"},{"en":"what marks the post","is":"list","item":{"is":"code","list":"POST_TAG"},"max_items":5,"min_items":1,"name":"tags","required":false,"zh":"岗位特征"}],"name":"set","required":false,"zh":"变更为"},{"en":"members without a value","is":"clear","name":"clear","names":["department","tags"],"required":false,"zh":"清空"}],"effective_on":"required","en":"employment changed","meanings":["entry"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"employment.changed","zh":"岗位变更"},
    {"creates":false,"data":[{"en":"new values","is":"set","members":[{"en":"number of the worker within the institution","is":"text","max_chars":40,"min_chars":1,"name":"worker_no","required":false,"zh":"工作人员编号"},{"en":"department","is":"text","max_chars":100,"min_chars":1,"name":"department","required":false,"zh":"科室"},{"en":"occupational category","is":"code","list":"GBZ128","name":"category","required":false,"zh":"职业类别"},{"en":"what marks the post","is":"list","item":{"is":"code","list":"POST_TAG"},"max_items":5,"min_items":1,"name":"tags","required":false,"zh":"岗位特征"}],"name":"set","required":false,"zh":"变更为"},{"en":"members without a value","is":"clear","name":"clear","names":["department","tags"],"required":false,"zh":"清空"}],"effective_on":"forbidden","en":"employment corrected","meanings":["correction"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"employment.corrected","zh":"岗位信息更正"},
    {"creates":false,"data":[{"en":"opinion","is":"code","list":"PRIOR_DOSE_OPINION","name":"opinion","required":true,"zh":"意见"},{"en":"effective dose of the year so far, of all employers","is":"integer","max":9007199254740991,"min":0,"name":"year_nsv","required":true,"unit":"nSv","zh":"本年累计剂量"},{"en":"effective dose of the five-year block so far, of all employers","is":"integer","max":9007199254740991,"min":0,"name":"block_nsv","required":true,"unit":"nSv","zh":"五年周期累计剂量"}],"effective_on":"forbidden","en":"prior dose reviewed","meanings":["examination"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"employment.prior_dose_reviewed","zh":"既往剂量审查意见"},
    {"creates":false,"data":[{"en":"why","is":"code","list":"END_REASON","name":"reason","required":true,"zh":"离岗原因"}],"effective_on":"required","en":"employment ended","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"employment.ended","zh":"离岗"},
  ] },
  { kind: "licence", zh: "许可证", en: "licence", types: [
    {"creates":true,"data":[{"en":"institution","is":"uuid","name":"institution","of":"institution","required":true,"zh":"持证机构"},{"en":"kind of licence","is":"code","list":"LICENCE_TYPE","name":"type","required":true,"zh":"证照类别"},{"en":"number as printed","is":"text","max_chars":60,"min_chars":1,"name":"number","required":true,"zh":"证号"},{"en":"number of the decision","is":"text","max_chars":60,"min_chars":1,"name":"decision_no","required":false,"zh":"许可决定文号"},{"en":"level that decided","is":"code","list":"AUTHORITY_LEVEL","name":"authority","required":false,"zh":"许可层级"},{"en":"issuing authority","is":"text","max_chars":100,"min_chars":1,"name":"issuer","required":true,"zh":"发证机关"},{"en":"classes with their items","is":"list","item":{"is":"object","members":[{"en":"class","is":"code","list":"LICENCE_CLASS","name":"class","required":true,"zh":"许可类别"},{"en":"items of the class","is":"list","item":{"is":"code","list":"LICENCE_ITEM"},"max_items":8,"min_items":1,"name":"items","required":true,"zh":"许可项目"}]},"max_items":4,"min_items":1,"name":"classes","required":false,"zh":"许可类别与项目"},{"en":"device annex","is":"list","item":{"is":"uuid","of":"device"},"max_items":500,"min_items":1,"name":"devices","required":false,"zh":"设备附录"},{"en":"issued on","is":"date","name":"issued_on","required":true,"zh":"发证日期"},{"en":"verification due on","is":"date","name":"verify_due_on","required":false,"zh":"校验到期日"},{"en":"valid from","is":"date","name":"from","required":false,"zh":"有效期起"},{"en":"first day without validity","is":"date","name":"until","required":false,"zh":"失效日期"}],"effective_on":"optional","en":"licence issued","meanings":["entry"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"licence.issued","zh":"许可证发证登记"},
    {"creates":false,"data":[{"en":"result","is":"code","list":"VERIFICATION_RESULT","name":"result","required":true,"zh":"校验结果"},{"en":"next verification due on, or end of the deferral","is":"date","name":"next_due_on","required":true,"zh":"下次校验到期日"},{"en":"number of the decision","is":"text","max_chars":60,"min_chars":1,"name":"decision_no","required":false,"zh":"校验决定文号"}],"effective_on":"required","en":"licence verified","meanings":["entry"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"licence.verified","zh":"许可证校验"},
    {"creates":false,"data":[{"en":"new values","is":"set","members":[{"en":"institution","is":"uuid","name":"institution","of":"institution","required":false,"zh":"持证机构"},{"en":"kind of licence","is":"code","list":"LICENCE_TYPE","name":"type","required":false,"zh":"证照类别"},{"en":"number as printed","is":"text","max_chars":60,"min_chars":1,"name":"number","required":false,"zh":"证号"},{"en":"number of the decision","is":"text","max_chars":60,"min_chars":1,"name":"decision_no","required":false,"zh":"许可决定文号"},{"en":"level that decided","is":"code","list":"AUTHORITY_LEVEL","name":"authority","required":false,"zh":"许可层级"},{"en":"issuing authority","is":"text","max_chars":100,"min_chars":1,"name":"issuer","required":false,"zh":"发证机关"},{"en":"classes with their items","is":"list","item":{"is":"object","members":[{"en":"class","is":"code","list":"LICENCE_CLASS","name":"class","required":true,"zh":"许可类别"},{"en":"items of the class","is":"list","item":{"is":"code","list":"LICENCE_ITEM"},"max_items":8,"min_items":1,"name":"items","required":true,"zh":"许可项目"}]},"max_items":4,"min_items":1,"name":"classes","required":false,"zh":"许可类别与项目"},{"en":"device annex","is":"list","item":{"is":"uuid","of":"device"},"max_items":500,"min_items":1,"name":"devices","required":false,"zh":"设备附录"},{"en":"issued on","is":"date","name":"issued_on","required":false,"zh":"发证日期"},{"en":"verification due on","is":"date","name":"verify_due_on","required":false,"zh":"校验到期日"},{"en":"valid from","is":"date","name":"from","required":false,"zh":"有效期起"},{"en":"first day without validity","is":"date","name":"until","required":false,"zh":"失效日期"}],"name":"set","required":false,"zh":"变更为"},{"en":"members without a value","is":"clear","name":"clear","names":["decision_no","authority","classes","devices","verify_due_on","from","until"],"required":false,"zh":"清空"}],"effective_on":"required","en":"licence changed","meanings":["entry"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"licence.changed","zh":"许可证变更"},
    {"creates":false,"data":[{"en":"new values","is":"set","members":[{"en":"institution","is":"uuid","name":"institution","of":"institution","required":false,"zh":"持证机构"},{"en":"kind of licence","is":"code","list":"LICENCE_TYPE","name":"type","required":false,"zh":"证照类别"},{"en":"number as printed","is":"text","max_chars":60,"min_chars":1,"name":"number","required":false,"zh":"证号"},{"en":"number of the decision","is":"text","max_chars":60,"min_chars":1,"name":"decision_no","required":false,"zh":"许可决定文号"},{"en":"level that decided","is":"code","list":"AUTHORITY_LEVEL","name":"authority","required":false,"zh":"许可层级"},{"en":"issuing authority","is":"text","max_chars":100,"min_chars":1,"name":"issuer","required":false,"zh":"发证机关"},{"en":"classes with their items","is":"list","item":{"is":"object","members":[{"en":"class","is":"code","list":"LICENCE_CLASS","name":"class","required":true,"zh":"许可类别"},{"en":"items of the class","is":"list","item":{"is":"code","list":"LICENCE_ITEM"},"max_items":8,"min_items":1,"name":"items","required":true,"zh":"许可项目"}]},"max_items":4,"min_items":1,"name":"classes","required":false,"zh":"许可类别与项目"},{"en":"device annex","is":"list","item":{"is":"uuid","of":"device"},"max_items":500,"min_items":1,"name":"devices","required":false,"zh":"设备附录"},{"en":"issued on","is":"date","name":"issued_on","required":false,"zh":"发证日期"},{"en":"verification due on","is":"date","name":"verify_due_on","required":false,"zh":"校验到期日"},{"en":"valid from","is":"date","name":"from","required":false,"zh":"有效期起"},{"en":"first day without validity","is":"date","name":"until","required":false,"zh":"失效日期"}],"name":"set","required":false,"zh":"更正为"},{"en":"members without a value","is":"clear","name":"clear","names":["decision_no","authority","classes","devices","verify_due_on","from","until"],"required":false,"zh":"清空"},{"en":"corrected result of the verification","is":"code","list":"VERIFICATION_RESULT","name":"result","required":false,"zh":"校验结果更正为"}],"effective_on":"forbidden","en":"licence corrected","meanings":["correction"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"licence.corrected","zh":"许可证登记更正"},
    {"creates":false,"data":[{"en":"number of the decision","is":"text","max_chars":60,"min_chars":1,"name":"decision_no","required":true,"zh":"决定文号"}],"effective_on":"required","en":"licence suspended","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"licence.suspended","zh":"许可证暂停"},
    {"creates":false,"data":[{"en":"number of the decision","is":"text","max_chars":60,"min_chars":1,"name":"decision_no","required":true,"zh":"决定文号"}],"effective_on":"required","en":"licence resumed","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"licence.resumed","zh":"许可证恢复"},
    {"creates":false,"data":[{"en":"number of the decision","is":"text","max_chars":60,"min_chars":1,"name":"decision_no","required":true,"zh":"决定文号"},{"en":"ground of Art. 18","is":"code","list":"CANCELLATION_GROUND","name":"ground","required":false,"zh":"注销情形"}],"effective_on":"required","en":"licence cancelled","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"licence.cancelled","zh":"许可证注销"},
    {"creates":false,"data":[{"en":"number of the decision","is":"text","max_chars":60,"min_chars":1,"name":"decision_no","required":true,"zh":"决定文号"}],"effective_on":"required","en":"licence revoked","meanings":["revocation"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"licence.revoked","zh":"许可证吊销"},
    {"creates":false,"data":[{"en":"why","is":"code","list":"DUPLICATE_REASON","name":"why","required":true,"zh":"补发原因"},{"en":"number of the decision","is":"text","max_chars":60,"min_chars":1,"name":"decision_no","required":false,"zh":"决定文号"}],"effective_on":"required","en":"duplicate issued","meanings":["entry"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"licence.duplicate_issued","zh":"许可证补发"},
  ] },
  { kind: "monitoring_contract", zh: "个人剂量监测委托", en: "monitoring contract", types: [
    {"creates":true,"data":[{"en":"institution whose workers are monitored","is":"uuid","name":"institution","of":"institution","required":true,"zh":"委托机构"},{"en":"laboratory","is":"uuid","name":"laboratory","of":"institution","required":true,"zh":"监测机构"},{"en":"months that a dosimeter is worn","is":"integer","max":3,"min":1,"name":"cycle_months","required":true,"unit":"month","zh":"监测周期"},{"en":"first day","is":"date","name":"from","required":true,"zh":"开始日期"},{"en":"first day on which it no longer holds","is":"date","name":"until","required":false,"zh":"终止日期"}],"effective_on":"optional","en":"monitoring contract concluded","meanings":["entry"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"monitoring_contract.concluded","zh":"个人剂量监测委托"},
    {"creates":false,"data":[],"effective_on":"required","en":"monitoring contract ended","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"monitoring_contract.ended","zh":"监测委托终止"},
    {"creates":false,"data":[{"en":"new values","is":"set","members":[{"en":"institution whose workers are monitored","is":"uuid","name":"institution","of":"institution","required":false,"zh":"委托机构"},{"en":"laboratory","is":"uuid","name":"laboratory","of":"institution","required":false,"zh":"监测机构"},{"en":"months that a dosimeter is worn","is":"integer","max":3,"min":1,"name":"cycle_months","required":false,"unit":"month","zh":"监测周期"},{"en":"first day","is":"date","name":"from","required":false,"zh":"开始日期"},{"en":"first day on which it no longer holds","is":"date","name":"until","required":false,"zh":"终止日期"}],"name":"set","required":false,"zh":"更正为"},{"en":"members without a value","is":"clear","name":"clear","names":["until"],"required":false,"zh":"清空"}],"effective_on":"forbidden","en":"monitoring contract corrected","meanings":["correction"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"monitoring_contract.corrected","zh":"监测委托更正"},
  ] },
  { kind: "dosimeter", zh: "剂量计", en: "dosimeter", types: [
    {"creates":true,"data":[{"en":"monitoring contract","is":"uuid","name":"contract","of":"monitoring_contract","required":true,"zh":"监测委托"},{"en":"institution","is":"uuid","name":"institution","of":"institution","required":true,"zh":"使用机构"},{"en":"laboratory that owns it","is":"uuid","name":"laboratory","of":"institution","required":true,"zh":"监测机构"},{"en":"person","is":"record_ref","kinds":["person"],"name":"person","required":true,"zh":"佩戴人"},{"en":"employment","is":"uuid","name":"employment","of":"employment","required":true,"zh":"从业关系"},{"en":"where it is worn","is":"code","list":"WEAR_POSITION","name":"position","required":true,"zh":"佩戴部位"},{"en":"kind","is":"code","list":"DOSIMETER_KIND","name":"kind","required":true,"zh":"剂量计类别"},{"en":"number","is":"text","max_chars":40,"min_chars":1,"name":"number","required":true,"zh":"剂量计编号"}],"effective_on":"required","en":"dosimeter issued","meanings":["entry"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"dosimeter.issued","zh":"剂量计发放"},
    {"creates":false,"data":[],"effective_on":"required","en":"dosimeter returned","meanings":["entry"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"dosimeter.returned","zh":"剂量计收回"},
    {"creates":false,"data":[{"en":"person","is":"record_ref","kinds":["person"],"name":"person","required":true,"zh":"佩戴人"},{"en":"circumstances","is":"sealed","name":"circumstances","required":true,"subject":"/data/person","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"情况说明"}],"effective_on":"required","en":"dosimeter lost","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"dosimeter.lost","zh":"剂量计丢失"},
    {"creates":false,"data":[{"en":"person","is":"record_ref","kinds":["person"],"name":"person","required":true,"zh":"佩戴人"},{"en":"circumstances","is":"sealed","name":"circumstances","required":true,"subject":"/data/person","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"情况说明"}],"effective_on":"required","en":"dosimeter damaged","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"dosimeter.damaged","zh":"剂量计损坏"},
  ] },
  { kind: "dose_report", zh: "个人剂量监测报告", en: "dose report", types: [
    {"creates":true,"data":[{"en":"monitoring contract","is":"uuid","name":"contract","of":"monitoring_contract","required":true,"zh":"监测委托"},{"en":"laboratory","is":"uuid","name":"laboratory","of":"institution","required":true,"zh":"监测机构"},{"en":"number of the report","is":"text","max_chars":60,"min_chars":1,"name":"report_no","required":true,"zh":"报告编号"},{"en":"first day of the period","is":"date","name":"period_from","required":true,"zh":"监测周期开始"},{"en":"last day of the period","is":"date","name":"period_to","required":true,"zh":"监测周期结束"},{"en":"number of results","is":"integer","max":100000,"min":1,"name":"lines","required":true,"zh":"结果数"},{"en":"number of persons","is":"integer","max":100000,"min":1,"name":"persons","required":true,"zh":"监测人数"},{"en":"number of results below the detectable level","is":"integer","max":100000,"min":0,"name":"below_mdl","required":true,"zh":"低于探测下限数"},{"en":"sum of effective doses","is":"integer","max":1000000000000000,"min":0,"name":"effective_sum_nsv","required":true,"unit":"nSv","zh":"有效剂量合计"},{"en":"read on","is":"date","name":"read_on","required":true,"zh":"测读日期"},{"en":"signed on","is":"date","name":"signed_on","required":true,"zh":"签发日期"},{"en":"number of the qualification","is":"text","max_chars":60,"min_chars":1,"name":"qualification_no","required":true,"zh":"资质证书编号"}],"effective_on":"forbidden","en":"dose report issued","meanings":["submission"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"dose_report.issued","zh":"个人剂量监测报告"},
    {"creates":false,"data":[{"en":"new values","is":"set","members":[{"en":"monitoring contract","is":"uuid","name":"contract","of":"monitoring_contract","required":false,"zh":"监测委托"},{"en":"laboratory","is":"uuid","name":"laboratory","of":"institution","required":false,"zh":"监测机构"},{"en":"number of the report","is":"text","max_chars":60,"min_chars":1,"name":"report_no","required":false,"zh":"报告编号"},{"en":"first day of the period","is":"date","name":"period_from","required":false,"zh":"监测周期开始"},{"en":"last day of the period","is":"date","name":"period_to","required":false,"zh":"监测周期结束"},{"en":"number of results","is":"integer","max":100000,"min":1,"name":"lines","required":false,"zh":"结果数"},{"en":"number of persons","is":"integer","max":100000,"min":1,"name":"persons","required":false,"zh":"监测人数"},{"en":"number of results below the detectable level","is":"integer","max":100000,"min":0,"name":"below_mdl","required":false,"zh":"低于探测下限数"},{"en":"sum of effective doses","is":"integer","max":1000000000000000,"min":0,"name":"effective_sum_nsv","required":false,"unit":"nSv","zh":"有效剂量合计"},{"en":"read on","is":"date","name":"read_on","required":false,"zh":"测读日期"},{"en":"signed on","is":"date","name":"signed_on","required":false,"zh":"签发日期"},{"en":"number of the qualification","is":"text","max_chars":60,"min_chars":1,"name":"qualification_no","required":false,"zh":"资质证书编号"}],"name":"set","required":false,"zh":"更正为"},{"en":"members without a value","is":"clear","name":"clear","names":[],"required":false,"zh":"清空"}],"effective_on":"forbidden","en":"dose report corrected","meanings":["correction"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"dose_report.corrected","zh":"监测报告更正"},
  ] },
  { kind: "dose_result", zh: "个人剂量结果", en: "dose result", types: [
    {"creates":true,"data":[{"en":"the report under which it stands","is":"uuid","name":"report","of":"dose_report","required":true,"zh":"监测报告"},{"en":"line of the report","is":"integer","max":100000,"min":1,"name":"line_no","required":true,"zh":"报告行号"},{"en":"the worker","is":"record_ref","kinds":["person"],"name":"person","required":true,"zh":"放射工作人员"},{"en":"the employment in which it was received","is":"uuid","name":"employment","of":"employment","required":true,"zh":"用人关系"},{"en":"occupational category","is":"code","list":"GBZ128","name":"category","required":true,"zh":"职业类别"},{"en":"why it was monitored","is":"code","list":"MONITORING_REASON","name":"reason","required":true,"zh":"监测类型"},{"en":"radiation","is":"list","item":{"is":"code","list":"RADIATION"},"max_items":4,"min_items":1,"name":"radiation","required":true,"zh":"射线"},{"en":"kind of dosimeter","is":"code","list":"DOSIMETER_KIND","name":"dosimeter_kind","required":true,"zh":"剂量计类别"},{"en":"number of the dosimeter","is":"text","max_chars":40,"min_chars":1,"name":"dosimeter_no","required":true,"zh":"剂量计编号"},{"en":"where it was worn","is":"code","list":"WEAR_POSITION","name":"position","required":true,"zh":"佩戴部位"},{"en":"first day worn","is":"date","name":"wear_from","required":true,"zh":"佩戴起始日"},{"en":"last day worn","is":"date","name":"wear_to","required":true,"zh":"佩戴终止日"},{"en":"months that the period stands for","is":"integer","max":12,"min":1,"name":"nominal_months","required":true,"unit":"month","zh":"名义月数"},{"en":"Hp(10)","is":"integer","max":10000000000,"min":0,"name":"hp10_nsv","required":false,"unit":"nSv","zh":"Hp(10)"},{"en":"Hp(3), eye lens","is":"integer","max":10000000000,"min":0,"name":"hp3_nsv","required":false,"unit":"nSv","zh":"Hp(3)"},{"en":"Hp(0.07), skin","is":"integer","max":10000000000,"min":0,"name":"hp007_nsv","required":false,"unit":"nSv","zh":"Hp(0.07)"},{"en":"minimum detectable level","is":"integer","max":10000000000,"min":0,"name":"mdl_nsv","required":true,"unit":"nSv","zh":"最低可探测水平"},{"en":"what the result is worth","is":"code","list":"RESULT_FLAG","name":"flag","required":true,"zh":"结果标识"},{"en":"whether a thyroid shield was worn","is":"flag","name":"thyroid_shield","required":false,"zh":"是否佩戴铅围脖"},{"en":"effective dose","is":"integer","max":10000000000,"min":0,"name":"effective_nsv","required":false,"unit":"nSv","zh":"有效剂量"},{"en":"how it was computed","is":"code","list":"EFFECTIVE_METHOD","name":"method","required":false,"zh":"有效剂量计算方法"},{"en":"whether the background was subtracted","is":"flag","name":"background_subtracted","required":true,"zh":"已扣除本底"},{"en":"year to which the dose belongs","is":"integer","max":2200,"min":1950,"name":"dose_year","required":true,"zh":"剂量年度"},{"en":"confirmed by telephone, above 500 mSv","is":"flag","name":"confirmed","required":false,"zh":"已电话核实（超过500 mSv）"},{"en":"remarks","is":"sealed","name":"remarks","required":false,"subject":"/data/person","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"备注"},{"en":"row of the imported file","is":"integer","max":1000000,"min":1,"name":"import_row","required":false,"zh":"导入行号"}],"effective_on":"forbidden","en":"dose result reported","meanings":["submission"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"dose_result.reported","zh":"个人剂量结果"},
    {"creates":false,"data":[{"en":"new values","is":"set","members":[{"en":"occupational category","is":"code","list":"GBZ128","name":"category","required":false,"zh":"职业类别"},{"en":"why it was monitored","is":"code","list":"MONITORING_REASON","name":"reason","required":false,"zh":"监测类型"},{"en":"radiation","is":"list","item":{"is":"code","list":"RADIATION"},"max_items":4,"min_items":1,"name":"radiation","required":false,"zh":"射线"},{"en":"kind of dosimeter","is":"code","list":"DOSIMETER_KIND","name":"dosimeter_kind","required":false,"zh":"剂量计类别"},{"en":"number of the dosimeter","is":"text","max_chars":40,"min_chars":1,"name":"dosimeter_no","required":false,"zh":"剂量计编号"},{"en":"where it was worn","is":"code","list":"WEAR_POSITION","name":"position","required":false,"zh":"佩戴部位"},{"en":"first day worn","is":"date","name":"wear_from","required":false,"zh":"佩戴起始日"},{"en":"last day worn","is":"date","name":"wear_to","required":false,"zh":"佩戴终止日"},{"en":"months that the period stands for","is":"integer","max":12,"min":1,"name":"nominal_months","required":false,"unit":"month","zh":"名义月数"},{"en":"Hp(10)","is":"integer","max":10000000000,"min":0,"name":"hp10_nsv","required":false,"unit":"nSv","zh":"Hp(10)"},{"en":"Hp(3), eye lens","is":"integer","max":10000000000,"min":0,"name":"hp3_nsv","required":false,"unit":"nSv","zh":"Hp(3)"},{"en":"Hp(0.07), skin","is":"integer","max":10000000000,"min":0,"name":"hp007_nsv","required":false,"unit":"nSv","zh":"Hp(0.07)"},{"en":"minimum detectable level","is":"integer","max":10000000000,"min":0,"name":"mdl_nsv","required":false,"unit":"nSv","zh":"最低可探测水平"},{"en":"what the result is worth","is":"code","list":"RESULT_FLAG","name":"flag","required":false,"zh":"结果标识"},{"en":"whether a thyroid shield was worn","is":"flag","name":"thyroid_shield","required":false,"zh":"是否佩戴铅围脖"},{"en":"effective dose","is":"integer","max":10000000000,"min":0,"name":"effective_nsv","required":false,"unit":"nSv","zh":"有效剂量"},{"en":"how it was computed","is":"code","list":"EFFECTIVE_METHOD","name":"method","required":false,"zh":"有效剂量计算方法"},{"en":"whether the background was subtracted","is":"flag","name":"background_subtracted","required":false,"zh":"已扣除本底"},{"en":"year to which the dose belongs","is":"integer","max":2200,"min":1950,"name":"dose_year","required":false,"zh":"剂量年度"},{"en":"confirmed by telephone, above 500 mSv","is":"flag","name":"confirmed","required":false,"zh":"已电话核实（超过500 mSv）"}],"name":"set","required":false,"zh":"更正为"},{"en":"members without a value","is":"clear","name":"clear","names":["hp10_nsv","hp3_nsv","hp007_nsv","thyroid_shield","effective_nsv","method","confirmed"],"required":false,"zh":"清空"}],"effective_on":"forbidden","en":"dose result corrected","meanings":["correction"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"dose_result.corrected","zh":"个人剂量结果更正"},
  ] },
  { kind: "parameter", zh: "参数", en: "parameter", types: [
    {"creates":true,"data":[{"en":"parameter","is":"code","list":"PARAMETER","name":"name","required":true,"zh":"参数"},{"en":"unit","is":"code","list":"PARAMETER_UNIT","name":"unit","required":true,"zh":"单位"},{"en":"value","is":"integer","max":1000000000000,"min":0,"name":"value","required":true,"zh":"数值"},{"en":"first day on which it counts","is":"date","name":"from_day","required":true,"zh":"施行日期"},{"en":"what it rests on","is":"text","max_chars":500,"min_chars":1,"name":"source","required":true,"zh":"依据"},{"en":"document number","is":"text","max_chars":60,"min_chars":1,"name":"document_no","required":false,"zh":"文号"}],"effective_on":"forbidden","en":"parameter set","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"parameter.set","zh":"参数设定"},
    {"creates":false,"data":[{"en":"new values","is":"set","members":[{"en":"value","is":"integer","max":1000000000000,"min":0,"name":"value","required":false,"zh":"数值"},{"en":"first day on which it counts","is":"date","name":"from_day","required":false,"zh":"施行日期"},{"en":"what it rests on","is":"text","max_chars":500,"min_chars":1,"name":"source","required":false,"zh":"依据"},{"en":"document number","is":"text","max_chars":60,"min_chars":1,"name":"document_no","required":false,"zh":"文号"}],"name":"set","required":false,"zh":"变更为"},{"en":"members without a value","is":"clear","name":"clear","names":["document_no"],"required":false,"zh":"清空"}],"effective_on":"forbidden","en":"parameter changed","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"parameter.changed","zh":"参数变更"},
  ] },
  { kind: "holiday_table", zh: "节假日表", en: "holiday table", types: [
    {"creates":true,"data":[{"en":"year","is":"integer","max":2200,"min":2000,"name":"year","required":true,"zh":"年度"},{"en":"document number of the notice","is":"text","max_chars":100,"min_chars":1,"name":"document","required":true,"zh":"通知文号"},{"en":"date of the notice","is":"date","name":"document_on","required":false,"zh":"通知日期"},{"en":"days, in the order of their dates","is":"list","item":{"is":"object","members":[{"en":"date","is":"date","name":"date","required":true,"zh":"日期"},{"en":"what it is","is":"code","list":"HOLIDAY_KIND","name":"kind","required":true,"zh":"类别"}]},"max_items":120,"min_items":1,"name":"days","required":true,"zh":"放假与调休日期"}],"effective_on":"forbidden","en":"holiday table published","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"holiday_table.published","zh":"节假日表发布"},
    {"creates":false,"data":[{"en":"new values","is":"set","members":[{"en":"year","is":"integer","max":2200,"min":2000,"name":"year","required":false,"zh":"年度"},{"en":"document number of the notice","is":"text","max_chars":100,"min_chars":1,"name":"document","required":false,"zh":"通知文号"},{"en":"date of the notice","is":"date","name":"document_on","required":false,"zh":"通知日期"},{"en":"days, in the order of their dates","is":"list","item":{"is":"object","members":[{"en":"date","is":"date","name":"date","required":true,"zh":"日期"},{"en":"what it is","is":"code","list":"HOLIDAY_KIND","name":"kind","required":true,"zh":"类别"}]},"max_items":120,"min_items":1,"name":"days","required":false,"zh":"放假与调休日期"}],"name":"set","required":false,"zh":"更正为"},{"en":"members without a value","is":"clear","name":"clear","names":["document_on"],"required":false,"zh":"清空"}],"effective_on":"forbidden","en":"holiday table corrected","meanings":["correction"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"holiday_table.corrected","zh":"节假日表更正"},
  ] },
  { kind: "code_list", zh: "代码表", en: "code list", types: [
    {"creates":true,"data":[{"en":"code list","is":"text","max_chars":40,"min_chars":1,"name":"list","required":true,"zh":"代码表"},{"en":"document that it rests on","is":"text","max_chars":100,"min_chars":1,"name":"document","required":true,"zh":"依据文号"},{"en":"first day on which it counts","is":"date","name":"from_day","required":true,"zh":"施行日期"},{"en":"codes that change","is":"list","item":{"is":"object","members":[{"en":"code","is":"text","max_chars":40,"min_chars":1,"name":"code","required":true,"zh":"代码"},{"en":"whether it is entered","is":"code","list":"CODE_STATUS","name":"status","required":true,"zh":"状态"}]},"max_items":200,"min_items":1,"name":"codes","required":true,"zh":"代码"}],"effective_on":"forbidden","en":"code list published","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"code_list.published","zh":"代码表发布"},
    {"creates":false,"data":[{"en":"document that it rests on","is":"text","max_chars":100,"min_chars":1,"name":"document","required":true,"zh":"依据文号"},{"en":"first day on which it counts","is":"date","name":"from_day","required":true,"zh":"施行日期"},{"en":"codes that change","is":"list","item":{"is":"object","members":[{"en":"code","is":"text","max_chars":40,"min_chars":1,"name":"code","required":true,"zh":"代码"},{"en":"whether it is entered","is":"code","list":"CODE_STATUS","name":"status","required":true,"zh":"状态"}]},"max_items":200,"min_items":1,"name":"codes","required":true,"zh":"代码"}],"effective_on":"forbidden","en":"code list amended","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"code_list.amended","zh":"代码表修订"},
  ] },
  { kind: "import", zh: "数据导入", en: "import", types: [
    {"creates":true,"data":[{"en":"what is imported","is":"code","list":"IMPORT_KIND","name":"what","required":true,"zh":"导入内容"},{"en":"organisation whose file it is","is":"uuid","name":"institution","of":"institution","required":true,"zh":"导入机构"},{"en":"SHA-256 of the file","is":"sealed","name":"file","required":true,"subject":"/record","value":{"form":"sha256","is":"text","max_chars":43,"min_chars":43,"pattern":"^[A-Za-z0-9_-]{43}$"},"zh":"文件SHA-256"},{"en":"number of rows","is":"integer","max":1000000,"min":1,"name":"rows","required":true,"zh":"行数"},{"en":"number of events","is":"integer","max":2000000,"min":1,"name":"events","required":true,"zh":"事件数"},{"en":"number of units","is":"integer","max":2000000,"min":1,"name":"chunks","required":true,"zh":"批数"}],"effective_on":"forbidden","en":"import opened","meanings":["submission"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"import.opened","zh":"导入开始"},
    {"creates":false,"data":[{"en":"row at which it stopped","is":"integer","max":1000000,"min":1,"name":"row","required":true,"zh":"停止于行"},{"en":"why","is":"code","list":"IMPORT_STOP","name":"why","required":true,"zh":"原因"}],"effective_on":"forbidden","en":"import stopped","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"import.stopped","zh":"导入停止"},
    {"creates":false,"data":[],"effective_on":"forbidden","en":"import completed","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"import.completed","zh":"导入完成"},
  ] },
  { kind: "attachment", zh: "附件", en: "attachment", types: [
    {"creates":true,"data":[{"en":"kind of document","is":"code","list":"ATTACHMENT_KIND","name":"kind","required":true,"zh":"附件类别"},{"en":"media type","is":"code","list":"MEDIA_TYPE","name":"media","required":true,"zh":"文件格式"},{"en":"length","is":"integer","max":52428800,"min":1,"name":"bytes","required":true,"unit":"byte","zh":"字节数"},{"en":"institution that it belongs to","is":"uuid","name":"institution","of":"institution","required":false,"zh":"所属机构"},{"en":"SHA-256 of a file of an institution","is":"hash","name":"sha256","required":false,"zh":"SHA-256"},{"en":"person whom it concerns","is":"record_ref","kinds":["person"],"name":"person","required":false,"zh":"所涉人员"},{"en":"SHA-256 of a file about a person","is":"sealed","name":"digest","required":false,"subject":"/data/person","value":{"form":"sha256","is":"text","max_chars":43,"min_chars":43,"pattern":"^[A-Za-z0-9_-]{43}$"},"zh":"SHA-256（密封）"}],"effective_on":"forbidden","en":"attachment filed","meanings":["submission"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"attachment.filed","zh":"附件归档"},
    {"creates":false,"data":[],"effective_on":"forbidden","en":"attachment withdrawn","meanings":["withdrawal"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"attachment.withdrawn","zh":"附件撤回"},
  ] },
  { kind: "device_test", zh: "设备检测", en: "device test", types: [
    {"creates":true,"data":[{"en":"device","is":"uuid","name":"device","of":"device","required":true,"zh":"受检设备"},{"en":"institution that uses it","is":"uuid","name":"institution","of":"institution","required":true,"zh":"使用机构"},{"en":"what was checked","is":"code","list":"CONSTANCY_ITEM","name":"check","required":true,"zh":"稳定性检测项目"},{"en":"another item","is":"text","max_chars":100,"min_chars":1,"name":"other_check","required":false,"zh":"其他项目"},{"en":"tested on","is":"date","name":"tested_on","required":true,"zh":"检测日期"},{"en":"value","is":"text","max_chars":100,"min_chars":1,"name":"value","required":false,"zh":"检测结果"},{"en":"control limit","is":"text","max_chars":100,"min_chars":1,"name":"control_limit","required":false,"zh":"控制限"},{"en":"whether the deviation is over the control limit","is":"flag","name":"deviation_exceeded","required":true,"zh":"偏差超出控制限"},{"en":"worker who did it","is":"record_ref","kinds":["person"],"name":"performed_by","required":false,"zh":"检测人员"}],"effective_on":"forbidden","en":"constancy test recorded","meanings":["entry"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"device_test.recorded","zh":"稳定性检测记录"},
    {"creates":true,"data":[{"en":"purpose","is":"code","list":"TEST_PURPOSE","name":"purpose","required":true,"zh":"检测类别"},{"en":"device","is":"uuid","name":"device","of":"device","required":true,"zh":"受检设备"},{"en":"institution that uses it","is":"uuid","name":"institution","of":"institution","required":true,"zh":"使用机构"},{"en":"technical-service organisation","is":"uuid","name":"laboratory","of":"institution","required":true,"zh":"检测机构"},{"en":"number of the report","is":"text","max_chars":60,"min_chars":1,"name":"report_no","required":true,"zh":"报告编号"},{"en":"line of the report","is":"integer","max":10000,"min":1,"name":"line_no","required":true,"zh":"报告内序号"},{"en":"room","is":"text","max_chars":100,"min_chars":1,"name":"place","required":false,"zh":"检测场所（机房）"},{"en":"last day of the field work","is":"date","name":"field_work_on","required":false,"zh":"现场检测完成日期"},{"en":"tested on","is":"date","name":"tested_on","required":true,"zh":"检测日期"},{"en":"signed on","is":"date","name":"signed_on","required":true,"zh":"签发日期"},{"en":"standards","is":"list","item":{"is":"code","list":"TEST_STANDARD"},"max_items":6,"min_items":1,"name":"standards","required":true,"zh":"检测依据"},{"en":"another standard","is":"text","max_chars":100,"min_chars":1,"name":"other_standard","required":false,"zh":"其他检测依据"},{"en":"item of the qualification","is":"code","list":"TEST_ITEM","name":"item","required":true,"zh":"资质项目"},{"en":"number of the qualification","is":"text","max_chars":60,"min_chars":1,"name":"qualification_no","required":false,"zh":"资质证书编号"},{"en":"conclusion","is":"code","list":"TEST_CONCLUSION","name":"conclusion","required":true,"zh":"检测结论"},{"en":"condition of the measurement","is":"text","max_chars":100,"min_chars":1,"name":"condition","required":false,"zh":"检测条件"},{"en":"background rate","is":"integer","max":1000000000000,"min":0,"name":"background_nsv_h","required":false,"unit":"nSv/h","zh":"本底剂量率"},{"en":"places where the rate was measured","is":"list","item":{"is":"object","members":[{"en":"place","is":"text","max_chars":100,"min_chars":1,"name":"place","required":true,"zh":"测点位置"},{"en":"ambient dose-equivalent rate","is":"integer","max":1000000000000,"min":0,"name":"rate_nsv_h","required":true,"unit":"nSv/h","zh":"周围剂量当量率"},{"en":"its limit","is":"integer","max":1000000000000,"min":0,"name":"limit_nsv_h","required":true,"unit":"nSv/h","zh":"限值"},{"en":"dose of a year assessed there","is":"integer","max":10000000000,"min":0,"name":"annual_dose_nsv","required":false,"unit":"nSv","zh":"该处年剂量评估值"}]},"max_items":200,"min_items":1,"name":"points","required":false,"zh":"防护检测点"},{"en":"items of the quality control","is":"list","item":{"is":"object","members":[{"en":"item","is":"text","max_chars":100,"min_chars":1,"name":"name","required":true,"zh":"检测项目"},{"en":"clause of the standard","is":"text","max_chars":40,"min_chars":1,"name":"clause","required":false,"zh":"标准条款号"},{"en":"value","is":"text","max_chars":100,"min_chars":1,"name":"value","required":false,"zh":"检测结果"},{"en":"criterion","is":"text","max_chars":100,"min_chars":1,"name":"limit","required":false,"zh":"判定标准"},{"en":"result","is":"code","list":"TEST_ITEM_RESULT","name":"result","required":true,"zh":"单项判定"}]},"max_items":100,"min_items":1,"name":"items","required":false,"zh":"质量控制检测项目"}],"effective_on":"forbidden","en":"device test reported","meanings":["submission"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"device_test.reported","zh":"设备（场所）检测报告"},
    {"creates":false,"data":[{"en":"new values","is":"set","members":[{"en":"number of the report","is":"text","max_chars":60,"min_chars":1,"name":"report_no","required":false,"zh":"报告编号"},{"en":"line of the report","is":"integer","max":10000,"min":1,"name":"line_no","required":false,"zh":"报告内序号"},{"en":"room","is":"text","max_chars":100,"min_chars":1,"name":"place","required":false,"zh":"检测场所（机房）"},{"en":"last day of the field work","is":"date","name":"field_work_on","required":false,"zh":"现场检测完成日期"},{"en":"tested on","is":"date","name":"tested_on","required":false,"zh":"检测日期"},{"en":"signed on","is":"date","name":"signed_on","required":false,"zh":"签发日期"},{"en":"standards","is":"list","item":{"is":"code","list":"TEST_STANDARD"},"max_items":6,"min_items":1,"name":"standards","required":false,"zh":"检测依据"},{"en":"another standard","is":"text","max_chars":100,"min_chars":1,"name":"other_standard","required":false,"zh":"其他检测依据"},{"en":"item of the qualification","is":"code","list":"TEST_ITEM","name":"item","required":false,"zh":"资质项目"},{"en":"number of the qualification","is":"text","max_chars":60,"min_chars":1,"name":"qualification_no","required":false,"zh":"资质证书编号"},{"en":"conclusion","is":"code","list":"TEST_CONCLUSION","name":"conclusion","required":false,"zh":"检测结论"},{"en":"condition of the measurement","is":"text","max_chars":100,"min_chars":1,"name":"condition","required":false,"zh":"检测条件"},{"en":"background rate","is":"integer","max":1000000000000,"min":0,"name":"background_nsv_h","required":false,"unit":"nSv/h","zh":"本底剂量率"},{"en":"places where the rate was measured","is":"list","item":{"is":"object","members":[{"en":"place","is":"text","max_chars":100,"min_chars":1,"name":"place","required":true,"zh":"测点位置"},{"en":"ambient dose-equivalent rate","is":"integer","max":1000000000000,"min":0,"name":"rate_nsv_h","required":true,"unit":"nSv/h","zh":"周围剂量当量率"},{"en":"its limit","is":"integer","max":1000000000000,"min":0,"name":"limit_nsv_h","required":true,"unit":"nSv/h","zh":"限值"},{"en":"dose of a year assessed there","is":"integer","max":10000000000,"min":0,"name":"annual_dose_nsv","required":false,"unit":"nSv","zh":"该处年剂量评估值"}]},"max_items":200,"min_items":1,"name":"points","required":false,"zh":"防护检测点"},{"en":"items of the quality control","is":"list","item":{"is":"object","members":[{"en":"item","is":"text","max_chars":100,"min_chars":1,"name":"name","required":true,"zh":"检测项目"},{"en":"clause of the standard","is":"text","max_chars":40,"min_chars":1,"name":"clause","required":false,"zh":"标准条款号"},{"en":"value","is":"text","max_chars":100,"min_chars":1,"name":"value","required":false,"zh":"检测结果"},{"en":"criterion","is":"text","max_chars":100,"min_chars":1,"name":"limit","required":false,"zh":"判定标准"},{"en":"result","is":"code","list":"TEST_ITEM_RESULT","name":"result","required":true,"zh":"单项判定"}]},"max_items":100,"min_items":1,"name":"items","required":false,"zh":"质量控制检测项目"}],"name":"set","required":false,"zh":"更正为"},{"en":"members without a value","is":"clear","name":"clear","names":["place","field_work_on","other_standard","qualification_no","condition","background_nsv_h","points","items"],"required":false,"zh":"清空"}],"effective_on":"forbidden","en":"device test corrected","meanings":["correction"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"device_test.corrected","zh":"检测报告更正"},
    {"creates":false,"data":[],"effective_on":"forbidden","en":"device test withdrawn","meanings":["withdrawal"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"device_test.withdrawn","zh":"检测撤回"},
    {"creates":false,"data":[{"en":"whether it counts","is":"flag","name":"counts","required":true,"zh":"是否采信"},{"en":"grounds","is":"text","max_chars":500,"min_chars":1,"name":"grounds","required":true,"zh":"理由"}],"effective_on":"forbidden","en":"device test ruled on","meanings":["examination"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"device_test.ruled","zh":"检测报告裁定"},
  ] },
  { kind: "investigation", zh: "个人剂量异常调查", en: "dose investigation", types: [
    {"creates":true,"data":[{"en":"the worker","is":"record_ref","kinds":["person"],"name":"person","required":true,"zh":"放射工作人员"},{"en":"the employment in which it is investigated","is":"uuid","name":"employment","of":"employment","required":true,"zh":"用人关系"},{"en":"why","is":"code","list":"INVESTIGATION_BASIS","name":"basis","required":true,"zh":"调查事由"},{"en":"quantity","is":"code","list":"DOSE_QUANTITY","name":"quantity","required":true,"zh":"剂量量"},{"en":"the dose that is investigated","is":"integer","max":10000000000,"min":0,"name":"dose_nsv","required":false,"unit":"nSv","zh":"异常剂量"},{"en":"results","is":"list","item":{"is":"uuid","of":"dose_result"},"max_items":24,"min_items":1,"name":"results","required":false,"zh":"所涉结果"},{"en":"year of the sum, for five years the last of them","is":"integer","max":2200,"min":1950,"name":"dose_year","required":false,"zh":"剂量年度"},{"en":"laboratory that measured it","is":"uuid","name":"laboratory","of":"institution","required":false,"zh":"监测机构"},{"en":"where it happened","is":"sealed","name":"place","required":false,"subject":"/data/person","value":{"is":"text","max_chars":100,"min_chars":1},"zh":"发生场所"},{"en":"circumstances","is":"sealed","name":"circumstances","required":false,"subject":"/data/person","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"情况说明"}],"effective_on":"optional","en":"investigation opened","meanings":["entry"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"investigation.opened","zh":"剂量异常调查立案"},
    {"creates":false,"data":[{"en":"the worker","is":"record_ref","kinds":["person"],"name":"person","required":true,"zh":"放射工作人员"},{"en":"whether the dosimeter was worn correctly","is":"flag","name":"wear_correct","required":true,"zh":"佩戴正确"},{"en":"whether there was exposure not from work","is":"flag","name":"non_occupational","required":true,"zh":"受到非职业照射"},{"en":"whether the dosimeter was stored near a source","is":"flag","name":"near_source","required":true,"zh":"剂量计曾存放在放射源或射线装置附近"},{"en":"procedures in the period","is":"integer","max":1000000,"min":0,"name":"workload","required":false,"zh":"周期内工作量（例次）"},{"en":"cause","is":"code","list":"INVESTIGATION_CAUSE","name":"cause","required":true,"zh":"原因"},{"en":"finding","is":"code","list":"INVESTIGATION_FINDING","name":"finding","required":true,"zh":"调查结论"},{"en":"proposed dose","is":"integer","max":10000000000,"min":0,"name":"proposed_nsv","required":false,"unit":"nSv","zh":"建议剂量"},{"en":"how a nominal dose was found","is":"code","list":"NOMINAL_METHOD","name":"nominal_method","required":false,"zh":"名义剂量方法"},{"en":"what the protection group found","is":"sealed","name":"report","required":true,"subject":"/data/person","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"防护组调查情况"},{"en":"follow-up","is":"sealed","name":"follow_up","required":false,"subject":"/data/person","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"后续措施"},{"en":"who investigated","is":"sealed","name":"investigator","required":false,"subject":"/data/person","value":{"is":"text","max_chars":50,"min_chars":1},"zh":"调查人"},{"en":"investigated on","is":"date","name":"investigated_on","required":false,"zh":"调查日期"}],"effective_on":"optional","en":"investigation filed","meanings":["submission"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"investigation.filed","zh":"剂量异常调查表"},
    {"creates":false,"data":[{"en":"the worker","is":"record_ref","kinds":["person"],"name":"person","required":true,"zh":"放射工作人员"},{"en":"whether he agrees","is":"flag","name":"agrees","required":true,"zh":"是否认可"},{"en":"his statement","is":"sealed","name":"statement","required":false,"subject":"/data/person","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"本人说明"}],"effective_on":"forbidden","en":"investigation confirmed by the worker","meanings":["acknowledgement"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"investigation.confirmed","zh":"本人确认调查"},
    {"creates":false,"data":[{"en":"the worker","is":"record_ref","kinds":["person"],"name":"person","required":true,"zh":"放射工作人员"},{"en":"finding","is":"code","list":"INVESTIGATION_FINDING","name":"finding","required":true,"zh":"意见"},{"en":"proposed dose","is":"integer","max":10000000000,"min":0,"name":"proposed_nsv","required":false,"unit":"nSv","zh":"建议剂量"},{"en":"how a nominal dose was found","is":"code","list":"NOMINAL_METHOD","name":"nominal_method","required":false,"zh":"名义剂量方法"},{"en":"what the dosimetry group found","is":"sealed","name":"opinion","required":true,"subject":"/data/person","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"剂量组调查情况"},{"en":"who investigated","is":"sealed","name":"investigator","required":false,"subject":"/data/person","value":{"is":"text","max_chars":50,"min_chars":1},"zh":"调查人"},{"en":"investigated on","is":"date","name":"investigated_on","required":false,"zh":"调查日期"}],"effective_on":"optional","en":"investigation assessed by the laboratory","meanings":["examination"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"investigation.assessed","zh":"监测机构意见"},
    {"creates":false,"data":[{"en":"the worker","is":"record_ref","kinds":["person"],"name":"person","required":true,"zh":"放射工作人员"},{"en":"remarks","is":"sealed","name":"remarks","required":false,"subject":"/data/person","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"退回意见"}],"effective_on":"forbidden","en":"investigation returned","meanings":["return"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"investigation.returned","zh":"调查退回"},
    {"creates":false,"data":[{"en":"the worker","is":"record_ref","kinds":["person"],"name":"person","required":true,"zh":"放射工作人员"},{"en":"finding","is":"code","list":"INVESTIGATION_FINDING","name":"finding","required":true,"zh":"认定结论"},{"en":"final dose","is":"integer","max":10000000000,"min":0,"name":"final_nsv","required":true,"unit":"nSv","zh":"认定剂量"},{"en":"whether the results are to be corrected","is":"flag","name":"correct_results","required":true,"zh":"结果须更正"},{"en":"why the worker did not sign","is":"code","list":"UNSIGNED_REASON","name":"without_worker","required":false,"zh":"本人未签名原因"},{"en":"why the laboratory gave no opinion","is":"code","list":"UNSIGNED_REASON","name":"without_laboratory","required":false,"zh":"监测机构未出意见原因"},{"en":"conclusion","is":"sealed","name":"conclusion","required":false,"subject":"/data/person","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"审核意见"}],"effective_on":"forbidden","en":"investigation accepted","meanings":["approval"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"investigation.accepted","zh":"调查认定"},
    {"creates":false,"data":[],"effective_on":"forbidden","en":"investigation withdrawn","meanings":["withdrawal"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"investigation.withdrawn","zh":"调查撤销"},
  ] },
  { kind: "exam_result", zh: "职业健康检查", en: "health examination", types: [
    {"creates":true,"data":[{"en":"the worker","is":"record_ref","kinds":["person"],"name":"person","required":true,"zh":"放射工作人员"},{"en":"employer that he leaves","is":"uuid","name":"institution","of":"institution","required":true,"zh":"用人单位"},{"en":"the employment that he leaves","is":"uuid","name":"employment","of":"employment","required":true,"zh":"用人关系"},{"en":"how he said so","is":"code","list":"SAID_BY","name":"how","required":true,"zh":"签署方式"},{"en":"why","is":"sealed","name":"why","required":false,"subject":"/data/person","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"理由"}],"effective_on":"optional","en":"leaving examination declined","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"exam_result.declined","zh":"本人拒绝离岗体检"},
    {"creates":true,"data":[{"en":"the worker","is":"record_ref","kinds":["person"],"name":"person","required":true,"zh":"放射工作人员"},{"en":"employer that sent him","is":"uuid","name":"institution","of":"institution","required":true,"zh":"用人单位"},{"en":"the employment for which he was examined","is":"uuid","name":"employment","of":"employment","required":false,"zh":"用人关系"},{"en":"examining organisation","is":"uuid","name":"examiner","of":"institution","required":true,"zh":"体检机构"},{"en":"number of the report","is":"text","max_chars":60,"min_chars":1,"name":"report_no","required":true,"zh":"报告编号"},{"en":"line of the report, where it is of several persons","is":"integer","max":100000,"min":1,"name":"line_no","required":false,"zh":"报告行号"},{"en":"number of the batch of examinations","is":"text","max_chars":40,"min_chars":1,"name":"batch_no","required":false,"zh":"体检批次号"},{"en":"kind of examination","is":"code","list":"EXAM_KIND","name":"kind","required":true,"zh":"体检类别"},{"en":"standard by which he was examined","is":"code","list":"EXAM_STANDARD","name":"standard","required":false,"zh":"执行标准"},{"en":"first day of the examination","is":"date","name":"exam_on","required":true,"zh":"体检日期"},{"en":"last day of the examination","is":"date","name":"exam_ended_on","required":true,"zh":"体检结束日期"},{"en":"day of the conclusion","is":"date","name":"concluded_on","required":true,"zh":"结论日期"},{"en":"conclusions: one about the work, beside it re-examination and suspected disease","is":"list","item":{"is":"code","list":"EXAM_CONCLUSION"},"max_items":3,"min_items":1,"name":"conclusions","required":true,"zh":"适任性意见"},{"en":"posts that he must not have","is":"list","item":{"is":"code","list":"POST_TAG"},"max_items":5,"min_items":1,"name":"restrictions","required":false,"zh":"限制从事"},{"en":"items","is":"list","item":{"is":"object","members":[{"en":"item","is":"code","list":"EXAM_ITEM","name":"item","required":true,"zh":"检查项目"},{"en":"why it was not done; without one it was done","is":"code","list":"ITEM_MISSING","name":"missing","required":false,"zh":"未检原因"}]},"max_items":60,"min_items":1,"name":"items","required":true,"zh":"检查项目"},{"en":"day by which he is to be examined again","is":"date","name":"recheck_due_on","required":false,"zh":"复查期限"},{"en":"day until which he is followed up","is":"date","name":"follow_up_until","required":false,"zh":"随访至"},{"en":"disease that is suspected","is":"sealed","name":"disease","required":false,"subject":"/data/person","value":{"is":"code","list":"RADIATION_DISEASE"},"zh":"疑似职业病"},{"en":"edition of the classification","is":"code","list":"DISEASE_CATALOGUE","name":"disease_catalogue","required":false,"zh":"职业病目录版本"},{"en":"what it is to an earlier examination","is":"code","list":"EXAM_RELATION","name":"relation","required":false,"zh":"与前次体检的关系"},{"en":"the earlier examination","is":"uuid","name":"follows","of":"exam_result","required":false,"zh":"前次体检"},{"en":"findings","is":"sealed","name":"findings","required":false,"subject":"/data/person","value":{"is":"text","max_chars":2000,"min_chars":1},"zh":"检查结果"},{"en":"advice","is":"sealed","name":"advice","required":false,"subject":"/data/person","value":{"is":"text","max_chars":2000,"min_chars":1},"zh":"处理意见"},{"en":"plan of the follow-up","is":"sealed","name":"follow_up_plan","required":false,"subject":"/data/person","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"随访计划"}],"effective_on":"forbidden","en":"examination reported","meanings":["submission"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"exam_result.reported","zh":"职业健康检查报告"},
    {"creates":false,"data":[{"en":"the worker","is":"record_ref","kinds":["person"],"name":"person","required":true,"zh":"放射工作人员"},{"en":"new values","is":"set","members":[{"en":"the employment for which he was examined","is":"uuid","name":"employment","of":"employment","required":false,"zh":"用人关系"},{"en":"number of the report","is":"text","max_chars":60,"min_chars":1,"name":"report_no","required":false,"zh":"报告编号"},{"en":"line of the report, where it is of several persons","is":"integer","max":100000,"min":1,"name":"line_no","required":false,"zh":"报告行号"},{"en":"number of the batch of examinations","is":"text","max_chars":40,"min_chars":1,"name":"batch_no","required":false,"zh":"体检批次号"},{"en":"standard by which he was examined","is":"code","list":"EXAM_STANDARD","name":"standard","required":false,"zh":"执行标准"},{"en":"first day of the examination","is":"date","name":"exam_on","required":false,"zh":"体检日期"},{"en":"last day of the examination","is":"date","name":"exam_ended_on","required":false,"zh":"体检结束日期"},{"en":"day of the conclusion","is":"date","name":"concluded_on","required":false,"zh":"结论日期"},{"en":"items","is":"list","item":{"is":"object","members":[{"en":"item","is":"code","list":"EXAM_ITEM","name":"item","required":true,"zh":"检查项目"},{"en":"why it was not done; without one it was done","is":"code","list":"ITEM_MISSING","name":"missing","required":false,"zh":"未检原因"}]},"max_items":60,"min_items":1,"name":"items","required":false,"zh":"检查项目"},{"en":"day by which he is to be examined again","is":"date","name":"recheck_due_on","required":false,"zh":"复查期限"},{"en":"day until which he is followed up","is":"date","name":"follow_up_until","required":false,"zh":"随访至"}],"name":"set","required":false,"zh":"更正为"},{"en":"members without a value","is":"clear","name":"clear","names":["employment","line_no","batch_no","standard","recheck_due_on","follow_up_until"],"required":false,"zh":"清空"},{"en":"corrected findings","is":"sealed","name":"findings","required":false,"subject":"/data/person","value":{"is":"text","max_chars":2000,"min_chars":1},"zh":"检查结果更正为"},{"en":"corrected advice","is":"sealed","name":"advice","required":false,"subject":"/data/person","value":{"is":"text","max_chars":2000,"min_chars":1},"zh":"处理意见更正为"},{"en":"corrected plan","is":"sealed","name":"follow_up_plan","required":false,"subject":"/data/person","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"随访计划更正为"}],"effective_on":"forbidden","en":"examination corrected","meanings":["correction"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"exam_result.corrected","zh":"职业健康检查报告更正"},
    {"creates":false,"data":[],"effective_on":"required","en":"report delivered","meanings":["submission"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"exam_result.delivered","zh":"体检报告送达用人单位"},
    {"creates":false,"data":[{"en":"how he said so","is":"code","list":"SAID_BY","name":"how","required":true,"zh":"签收方式"}],"effective_on":"optional","en":"worker informed","meanings":["receipt"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"exam_result.informed","zh":"体检结果告知本人"},
    {"creates":false,"data":[{"en":"day by which he goes there","is":"date","name":"until","required":true,"zh":"复查截止日期"},{"en":"organisation that examines him","is":"uuid","name":"examiner","of":"institution","required":false,"zh":"复查机构"}],"effective_on":"required","en":"re-examination arranged","meanings":["entry"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"exam_result.recheck_arranged","zh":"安排复查"},
    {"creates":false,"data":[{"en":"the worker","is":"record_ref","kinds":["person"],"name":"person","required":true,"zh":"放射工作人员"},{"en":"who records it","is":"code","list":"FOLLOWED_BY","name":"by","required":true,"zh":"记录方"},{"en":"what was found and done","is":"sealed","name":"text","required":true,"subject":"/data/person","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"随访情况"},{"en":"day of the next follow-up","is":"date","name":"next_on","required":false,"zh":"下次随访日期"}],"effective_on":"required","en":"follow-up recorded","meanings":["entry"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"exam_result.follow_up_recorded","zh":"随访记录"},
    {"creates":false,"data":[{"en":"authority to which it was reported","is":"text","max_chars":100,"min_chars":1,"name":"authority","required":false,"zh":"受理部门"},{"en":"number of the report card","is":"text","max_chars":60,"min_chars":1,"name":"report_no","required":false,"zh":"报告卡编号"}],"effective_on":"required","en":"suspected disease reported","meanings":["submission"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"exam_result.disease_reported","zh":"疑似职业病报告"},
    {"creates":false,"data":[{"en":"organisation that diagnoses","is":"text","max_chars":100,"min_chars":1,"name":"diagnosing","required":false,"zh":"诊断机构"}],"effective_on":"required","en":"diagnosis arranged","meanings":["entry"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"exam_result.diagnosis_arranged","zh":"安排职业病诊断"},
    {"creates":false,"data":[{"en":"the worker","is":"record_ref","kinds":["person"],"name":"person","required":true,"zh":"放射工作人员"},{"en":"outcome","is":"code","list":"DIAGNOSIS_OUTCOME","name":"outcome","required":true,"zh":"诊断结论"},{"en":"disease","is":"sealed","name":"disease","required":false,"subject":"/data/person","value":{"is":"code","list":"RADIATION_DISEASE"},"zh":"职业病"},{"en":"edition of the classification","is":"code","list":"DISEASE_CATALOGUE","name":"disease_catalogue","required":false,"zh":"职业病目录版本"},{"en":"number of the certificate","is":"text","max_chars":60,"min_chars":1,"name":"certificate_no","required":false,"zh":"诊断证明书编号"}],"effective_on":"required","en":"diagnosed","meanings":["examination"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"exam_result.diagnosed","zh":"职业病诊断结论"},
    {"creates":false,"data":[],"effective_on":"forbidden","en":"refusal accepted","meanings":["approval"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"exam_result.decline_accepted","zh":"认可本人拒绝离岗体检"},
    {"creates":false,"data":[],"effective_on":"forbidden","en":"refusal not accepted","meanings":["refusal"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"exam_result.decline_refused","zh":"不认可本人拒绝离岗体检"},
  ] },
  { kind: "restriction", zh: "工作限制", en: "restriction of work", types: [
    {"creates":true,"data":[{"en":"the worker","is":"record_ref","kinds":["person"],"name":"person","required":true,"zh":"放射工作人员"},{"en":"employer","is":"uuid","name":"institution","of":"institution","required":true,"zh":"用人单位"},{"en":"the employment that it concerns","is":"uuid","name":"employment","of":"employment","required":false,"zh":"用人关系"},{"en":"what it asks for","is":"list","item":{"is":"code","list":"RESTRICTION_MEASURE"},"max_items":6,"min_items":1,"name":"measures","required":true,"zh":"限制措施"},{"en":"dose that he may receive while it lasts","is":"integer","max":50000000,"min":0,"name":"dose_limit_nsv","required":false,"unit":"nSv","zh":"剂量限值"},{"en":"day on which it will probably end","is":"date","name":"expected_until","required":false,"zh":"预计解除日期"},{"en":"why","is":"sealed","name":"kind","required":false,"subject":"/data/person","value":{"is":"code","list":"RESTRICTION_KIND"},"zh":"限制原因"},{"en":"note","is":"sealed","name":"note","required":false,"subject":"/data/person","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"说明"}],"effective_on":"required","en":"restriction recorded","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"restriction.recorded","zh":"工作限制登记"},
    {"creates":false,"data":[{"en":"the worker","is":"record_ref","kinds":["person"],"name":"person","required":true,"zh":"放射工作人员"},{"en":"new values","is":"set","members":[{"en":"the employment that it concerns","is":"uuid","name":"employment","of":"employment","required":false,"zh":"用人关系"},{"en":"what it asks for","is":"list","item":{"is":"code","list":"RESTRICTION_MEASURE"},"max_items":6,"min_items":1,"name":"measures","required":false,"zh":"限制措施"},{"en":"dose that he may receive while it lasts","is":"integer","max":50000000,"min":0,"name":"dose_limit_nsv","required":false,"unit":"nSv","zh":"剂量限值"},{"en":"day on which it will probably end","is":"date","name":"expected_until","required":false,"zh":"预计解除日期"}],"name":"set","required":false,"zh":"更正为"},{"en":"members without a value","is":"clear","name":"clear","names":["employment","dose_limit_nsv","expected_until"],"required":false,"zh":"清空"},{"en":"corrected reason","is":"sealed","name":"kind","required":false,"subject":"/data/person","value":{"is":"code","list":"RESTRICTION_KIND"},"zh":"限制原因更正为"},{"en":"corrected note","is":"sealed","name":"note","required":false,"subject":"/data/person","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"说明更正为"}],"effective_on":"forbidden","en":"restriction corrected","meanings":["correction"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"restriction.corrected","zh":"工作限制更正"},
    {"creates":false,"data":[],"effective_on":"required","en":"restriction ended","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"restriction.ended","zh":"工作限制解除"},
  ] },
  { kind: "training_record", zh: "培训记录", en: "record of training", types: [
    {"creates":true,"data":[{"en":"the worker","is":"record_ref","kinds":["person"],"name":"person","required":true,"zh":"放射工作人员"},{"en":"employer","is":"uuid","name":"institution","of":"institution","required":true,"zh":"用人单位"},{"en":"who vouches for it","is":"code","list":"TRAINING_HOLDER","name":"held_by","required":true,"zh":"培训来源"},{"en":"kind","is":"code","list":"TRAINING_KIND","name":"kind","required":true,"zh":"培训类别"},{"en":"institution that held it","is":"uuid","name":"organiser","of":"institution","required":false,"zh":"培训机构"},{"en":"who held it, where that is no institution of this ledger","is":"text","max_chars":100,"min_chars":1,"name":"organiser_name","required":false,"zh":"培训单位名称"},{"en":"number of the course","is":"text","max_chars":40,"min_chars":1,"name":"course_no","required":false,"zh":"培训班编号"},{"en":"name of the course","is":"text","max_chars":100,"min_chars":1,"name":"course_name","required":false,"zh":"课程名称"},{"en":"how it was held","is":"code","list":"TRAINING_MODE","name":"mode","required":true,"zh":"培训方式"},{"en":"what was taught","is":"list","item":{"is":"code","list":"TRAINING_TOPIC"},"max_items":11,"min_items":1,"name":"topics","required":false,"zh":"培训内容"},{"en":"first day","is":"date","name":"from","required":true,"zh":"开始日期"},{"en":"last day","is":"date","name":"to","required":true,"zh":"结束日期"},{"en":"days credited, in tenths","is":"integer","max":1000,"min":0,"name":"credited_days_tenths","required":true,"unit":"0.1 d","zh":"认定天数（0.1天）"},{"en":"class hours, in tenths","is":"integer","max":10000,"min":0,"name":"class_hours_tenths","required":false,"unit":"0.1 h","zh":"学时（0.1学时）"},{"en":"result","is":"code","list":"TRAINING_RESULT","name":"result","required":true,"zh":"考核结果"},{"en":"examined on","is":"date","name":"examined_on","required":false,"zh":"考核日期"},{"en":"passed on","is":"date","name":"passed_on","required":false,"zh":"合格日期"},{"en":"score, in tenths","is":"integer","max":10000,"min":0,"name":"score_tenths","required":false,"unit":"0.1","zh":"得分（0.1分）"},{"en":"full mark, in tenths","is":"integer","max":10000,"min":0,"name":"full_mark_tenths","required":false,"unit":"0.1","zh":"满分（0.1分）"},{"en":"pass mark, in tenths","is":"integer","max":10000,"min":0,"name":"pass_mark_tenths","required":false,"unit":"0.1","zh":"合格分（0.1分）"},{"en":"which attempt it was","is":"integer","max":99,"min":1,"name":"attempt_no","required":false,"zh":"第几次考核"},{"en":"number of the completion","form":"completion_no","is":"text","max_chars":22,"min_chars":22,"name":"completion_no","pattern":"^YBFH-(PRE|REF)-[0-9]{4}-[0-9]{6}-[0-9X]$","required":false,"zh":"培训合格证编号"},{"en":"number of another proof","is":"text","max_chars":60,"min_chars":1,"name":"other_no","required":false,"zh":"其他证明编号"},{"en":"remarks","is":"sealed","name":"remarks","required":false,"subject":"/data/person","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"备注"}],"effective_on":"forbidden","en":"training completed","meanings":["submission"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"training_record.completed","zh":"培训考核结果"},
    {"creates":false,"data":[{"en":"new values","is":"set","members":[{"en":"kind","is":"code","list":"TRAINING_KIND","name":"kind","required":false,"zh":"培训类别"},{"en":"institution that held it","is":"uuid","name":"organiser","of":"institution","required":false,"zh":"培训机构"},{"en":"who held it, where that is no institution of this ledger","is":"text","max_chars":100,"min_chars":1,"name":"organiser_name","required":false,"zh":"培训单位名称"},{"en":"number of the course","is":"text","max_chars":40,"min_chars":1,"name":"course_no","required":false,"zh":"培训班编号"},{"en":"name of the course","is":"text","max_chars":100,"min_chars":1,"name":"course_name","required":false,"zh":"课程名称"},{"en":"how it was held","is":"code","list":"TRAINING_MODE","name":"mode","required":false,"zh":"培训方式"},{"en":"what was taught","is":"list","item":{"is":"code","list":"TRAINING_TOPIC"},"max_items":11,"min_items":1,"name":"topics","required":false,"zh":"培训内容"},{"en":"first day","is":"date","name":"from","required":false,"zh":"开始日期"},{"en":"last day","is":"date","name":"to","required":false,"zh":"结束日期"},{"en":"days credited, in tenths","is":"integer","max":1000,"min":0,"name":"credited_days_tenths","required":false,"unit":"0.1 d","zh":"认定天数（0.1天）"},{"en":"class hours, in tenths","is":"integer","max":10000,"min":0,"name":"class_hours_tenths","required":false,"unit":"0.1 h","zh":"学时（0.1学时）"},{"en":"result","is":"code","list":"TRAINING_RESULT","name":"result","required":false,"zh":"考核结果"},{"en":"examined on","is":"date","name":"examined_on","required":false,"zh":"考核日期"},{"en":"passed on","is":"date","name":"passed_on","required":false,"zh":"合格日期"},{"en":"score, in tenths","is":"integer","max":10000,"min":0,"name":"score_tenths","required":false,"unit":"0.1","zh":"得分（0.1分）"},{"en":"full mark, in tenths","is":"integer","max":10000,"min":0,"name":"full_mark_tenths","required":false,"unit":"0.1","zh":"满分（0.1分）"},{"en":"pass mark, in tenths","is":"integer","max":10000,"min":0,"name":"pass_mark_tenths","required":false,"unit":"0.1","zh":"合格分（0.1分）"},{"en":"which attempt it was","is":"integer","max":99,"min":1,"name":"attempt_no","required":false,"zh":"第几次考核"},{"en":"number of the completion","form":"completion_no","is":"text","max_chars":22,"min_chars":22,"name":"completion_no","pattern":"^YBFH-(PRE|REF)-[0-9]{4}-[0-9]{6}-[0-9X]$","required":false,"zh":"培训合格证编号"},{"en":"number of another proof","is":"text","max_chars":60,"min_chars":1,"name":"other_no","required":false,"zh":"其他证明编号"}],"name":"set","required":false,"zh":"更正为"},{"en":"members without a value","is":"clear","name":"clear","names":["organiser","organiser_name","course_no","course_name","topics","class_hours_tenths","examined_on","passed_on","score_tenths","full_mark_tenths","pass_mark_tenths","attempt_no","completion_no","other_no"],"required":false,"zh":"清空"}],"effective_on":"forbidden","en":"training record corrected","meanings":["correction"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"training_record.corrected","zh":"培训考核结果更正"},
    {"creates":false,"data":[{"en":"the worker","is":"record_ref","kinds":["person"],"name":"person","required":true,"zh":"放射工作人员"},{"en":"why","is":"code","list":"TRAINING_VOID_GROUND","name":"ground","required":true,"zh":"作废原因"},{"en":"what was found","is":"sealed","name":"details","required":false,"subject":"/data/person","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"情况说明"}],"effective_on":"required","en":"training record voided","meanings":["revocation"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"training_record.voided","zh":"培训考核结果作废"},
  ] },
  { kind: "certificate", zh: "放射工作人员证", en: "radiation worker's certificate", types: [
    {"creates":true,"data":[{"en":"the worker","is":"record_ref","kinds":["person"],"name":"person","required":true,"zh":"放射工作人员"},{"en":"employer","is":"uuid","name":"institution","of":"institution","required":true,"zh":"用人单位"},{"en":"the employment for which it is","is":"uuid","name":"employment","of":"employment","required":true,"zh":"用人关系"},{"en":"level that decides","is":"code","list":"AUTHORITY_LEVEL","name":"authority","required":true,"zh":"发证层级"},{"en":"occupational categories","is":"list","item":{"is":"code","list":"CERT55"},"max_items":12,"min_items":1,"name":"categories","required":true,"zh":"职业类别"},{"en":"health examination that it rests on","is":"uuid","name":"exam","of":"exam_result","required":false,"zh":"所依据的职业健康检查"},{"en":"training that it rests on","is":"uuid","name":"training","of":"training_record","required":false,"zh":"所依据的培训"},{"en":"certificate that it follows","is":"uuid","name":"predecessor","of":"certificate","required":false,"zh":"原放射工作人员证"},{"en":"remarks","is":"sealed","name":"remarks","required":false,"subject":"/data/person","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"备注"}],"effective_on":"required","en":"certificate applied for","meanings":["submission"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"certificate.applied","zh":"申请放射工作人员证"},
    {"creates":false,"data":[{"en":"the worker","is":"record_ref","kinds":["person"],"name":"person","required":true,"zh":"放射工作人员"},{"en":"what is missing","is":"list","item":{"is":"code","list":"CERTIFICATE_PAPER"},"max_items":7,"min_items":1,"name":"lacks","required":true,"zh":"需补正的材料"},{"en":"what is to be done","is":"sealed","name":"note","required":false,"subject":"/data/person","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"补正说明"}],"effective_on":"required","en":"supplement requested","meanings":["return"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"certificate.supplement_requested","zh":"要求补正"},
    {"creates":false,"data":[{"en":"health examination that it rests on","is":"uuid","name":"exam","of":"exam_result","required":false,"zh":"所依据的职业健康检查"},{"en":"training that it rests on","is":"uuid","name":"training","of":"training_record","required":false,"zh":"所依据的培训"}],"effective_on":"required","en":"application supplemented","meanings":["submission"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"certificate.supplemented","zh":"补正材料"},
    {"creates":false,"data":[],"effective_on":"required","en":"application withdrawn","meanings":["withdrawal"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"certificate.withdrawn","zh":"撤回申请"},
    {"creates":false,"data":[{"en":"the worker","is":"record_ref","kinds":["person"],"name":"person","required":true,"zh":"放射工作人员"},{"en":"why","is":"list","item":{"is":"code","list":"CERTIFICATE_REFUSAL"},"max_items":7,"min_items":1,"name":"grounds","required":true,"zh":"不予核发的理由"},{"en":"number of the decision","is":"text","max_chars":60,"min_chars":1,"name":"decision_no","required":false,"zh":"决定文号"},{"en":"explanation","is":"sealed","name":"note","required":false,"subject":"/data/person","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"说明"}],"effective_on":"required","en":"certificate refused","meanings":["refusal"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"certificate.refused","zh":"不予核发"},
    {"creates":false,"data":[{"en":"number as printed","is":"text","max_chars":60,"min_chars":1,"name":"number","required":true,"zh":"证号"},{"en":"issuing authority","is":"text","max_chars":100,"min_chars":1,"name":"issuer","required":true,"zh":"发证机关"},{"en":"number of the decision","is":"text","max_chars":60,"min_chars":1,"name":"decision_no","required":false,"zh":"决定文号"},{"en":"categories, where they are not those applied for","is":"list","item":{"is":"code","list":"CERT55"},"max_items":12,"min_items":1,"name":"categories","required":false,"zh":"核定职业类别（与申请不同时填写）"},{"en":"the papers were seen outside this system","is":"flag","name":"legacy","required":true,"zh":"系统启用前已核发或条件在系统外核实"}],"effective_on":"required","en":"certificate issued","meanings":["approval"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"certificate.issued","zh":"核发放射工作人员证"},
    {"creates":false,"data":[{"en":"what is entered","is":"code","list":"CERTIFICATE_ENTRY","name":"kind","required":true,"zh":"记载事项"},{"en":"year of the dose","is":"integer","max":2200,"min":1950,"name":"dose_year","required":false,"zh":"剂量年度"},{"en":"effective dose of the year","is":"integer","max":10000000000,"min":0,"name":"effective_nsv","required":false,"unit":"nSv","zh":"年度有效剂量"},{"en":"health examination","is":"uuid","name":"exam","of":"exam_result","required":false,"zh":"职业健康检查"},{"en":"its conclusion","is":"code","list":"EXAM_CONCLUSION","name":"conclusion","required":false,"zh":"检查结论"},{"en":"training","is":"uuid","name":"training","of":"training_record","required":false,"zh":"培训"}],"effective_on":"required","en":"entry added","meanings":["entry"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"certificate.entry_added","zh":"证件记载"},
    {"creates":false,"data":[{"en":"categories from now on","is":"list","item":{"is":"code","list":"CERT55"},"max_items":12,"min_items":1,"name":"categories","required":true,"zh":"变更后的职业类别"},{"en":"number of the decision","is":"text","max_chars":60,"min_chars":1,"name":"decision_no","required":false,"zh":"决定文号"}],"effective_on":"required","en":"certificate changed","meanings":["approval"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"certificate.changed","zh":"放射工作人员证变更"},
    {"creates":false,"data":[{"en":"why","is":"code","list":"CERTIFICATE_END","name":"ground","required":true,"zh":"注销原因"},{"en":"number of the decision","is":"text","max_chars":60,"min_chars":1,"name":"decision_no","required":false,"zh":"决定文号"}],"effective_on":"required","en":"certificate cancelled","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"certificate.cancelled","zh":"放射工作人员证注销"},
    {"creates":false,"data":[{"en":"new values","is":"set","members":[{"en":"occupational categories","is":"list","item":{"is":"code","list":"CERT55"},"max_items":12,"min_items":1,"name":"categories","required":false,"zh":"职业类别"},{"en":"health examination that it rests on","is":"uuid","name":"exam","of":"exam_result","required":false,"zh":"所依据的职业健康检查"},{"en":"training that it rests on","is":"uuid","name":"training","of":"training_record","required":false,"zh":"所依据的培训"},{"en":"certificate that it follows","is":"uuid","name":"predecessor","of":"certificate","required":false,"zh":"原放射工作人员证"}],"name":"set","required":false,"zh":"更正为"},{"en":"members without a value","is":"clear","name":"clear","names":["exam","training","predecessor"],"required":false,"zh":"清空"},{"en":"corrected number","is":"text","max_chars":60,"min_chars":1,"name":"number","required":false,"zh":"证号更正为"},{"en":"corrected authority","is":"text","max_chars":100,"min_chars":1,"name":"issuer","required":false,"zh":"发证机关更正为"},{"en":"corrected number of the decision","is":"text","max_chars":60,"min_chars":1,"name":"decision_no","required":false,"zh":"决定文号更正为"},{"en":"corrected dose of the year entered","is":"integer","max":10000000000,"min":0,"name":"effective_nsv","required":false,"unit":"nSv","zh":"年度有效剂量更正为"},{"en":"corrected conclusion entered","is":"code","list":"EXAM_CONCLUSION","name":"conclusion","required":false,"zh":"检查结论更正为"}],"effective_on":"forbidden","en":"certificate corrected","meanings":["correction"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"certificate.corrected","zh":"放射工作人员证更正"},
  ] },
  { kind: "transfer", zh: "档案流动", en: "transfer", types: [
    {"creates":true,"data":[{"en":"the worker","is":"record_ref","kinds":["person"],"name":"person","required":true,"zh":"放射工作人员"},{"en":"how the file moves","is":"code","list":"TRANSFER_TYPE","name":"type","required":true,"zh":"流动类型"},{"en":"who asks for it","is":"code","list":"TRANSFER_PARTY","name":"by","required":true,"zh":"申请方"},{"en":"releasing institution","is":"uuid","name":"from_institution","of":"institution","required":false,"zh":"转出单位"},{"en":"releasing county","form":"area","is":"text","max_chars":6,"min_chars":6,"name":"from_area","pattern":"^[1-9][0-9]{3}([0-9]{2}|[A-Z]{2})$","required":false,"zh":"转出县区"},{"en":"receiving institution","is":"uuid","name":"to_institution","of":"institution","required":false,"zh":"接收单位"},{"en":"receiving county","form":"area","is":"text","max_chars":6,"min_chars":6,"name":"to_area","pattern":"^[1-9][0-9]{3}([0-9]{2}|[A-Z]{2})$","required":false,"zh":"接收县区"},{"en":"addressee or origin outside the city","is":"text","max_chars":100,"min_chars":1,"name":"outside","required":false,"zh":"市外单位"},{"en":"last day planned at the releasing institution","is":"date","name":"planned_end","required":false,"zh":"拟离岗日期"},{"en":"first day planned at the receiving institution","is":"date","name":"planned_start","required":false,"zh":"拟到岗日期"},{"en":"category of the new post","is":"code","list":"GBZ128","name":"category","required":false,"zh":"拟任职业类别"},{"en":"department of the new post","is":"text","max_chars":100,"min_chars":1,"name":"department","required":false,"zh":"拟任科室"},{"en":"a dose history is entered by hand","is":"flag","name":"history_by_hand","required":true,"zh":"手工录入市外剂量史"}],"effective_on":"forbidden","en":"transfer requested","meanings":["submission"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"transfer.requested","zh":"申请档案流动"},
    {"creates":false,"data":[{"en":"what the new employer may see","is":"code","list":"CONSENT_SCOPE","name":"scope","required":true,"zh":"同意范围"},{"en":"how he said so","is":"code","list":"SAID_BY","name":"how","required":true,"zh":"方式"}],"effective_on":"forbidden","en":"consent signed","meanings":["consent"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"transfer.consent_signed","zh":"本人同意"},
    {"creates":false,"data":[{"en":"how he said so","is":"code","list":"SAID_BY","name":"how","required":true,"zh":"方式"}],"effective_on":"forbidden","en":"consent refused","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"transfer.consent_refused","zh":"本人不同意提供明细"},
    {"creates":false,"data":[],"effective_on":"forbidden","en":"consent lapsed","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"transfer.consent_lapsed","zh":"本人逾期未答复"},
    {"creates":false,"data":[{"en":"the step","is":"code","list":"TRANSFER_STEP","name":"step","required":true,"zh":"环节"},{"en":"undertaking under which something that is missing is let pass","is":"code","list":"TRANSFER_UNDERTAKING","name":"undertaking","required":false,"zh":"承诺"}],"effective_on":"forbidden","en":"step approved","meanings":["approval"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"transfer.approved","zh":"同意"},
    {"creates":false,"data":[{"en":"the step","is":"code","list":"TRANSFER_STEP","name":"step","required":true,"zh":"环节"},{"en":"ground","is":"code","list":"TRANSFER_REJECTION","name":"ground","required":true,"zh":"理由"}],"effective_on":"forbidden","en":"step rejected","meanings":["refusal"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"transfer.rejected","zh":"不予流动"},
    {"creates":false,"data":[{"en":"the step","is":"code","list":"TRANSFER_STEP","name":"step","required":true,"zh":"环节"},{"en":"the step to which it goes back","is":"code","list":"TRANSFER_STEP","name":"to","required":true,"zh":"退回至"}],"effective_on":"forbidden","en":"returned to an earlier step","meanings":["return"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"transfer.returned","zh":"退回"},
    {"creates":false,"data":[{"en":"the step","is":"code","list":"TRANSFER_STEP","name":"step","required":true,"zh":"环节"},{"en":"ground","is":"code","list":"SUBSTITUTION_GROUND","name":"ground","required":true,"zh":"理由"}],"effective_on":"forbidden","en":"released by substitution","meanings":["approval"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"transfer.substituted","zh":"上级代为办理"},
    {"creates":false,"data":[{"en":"the step","is":"code","list":"TRANSFER_STEP","name":"step","required":true,"zh":"环节"}],"effective_on":"forbidden","en":"suspended","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"transfer.suspended","zh":"中止"},
    {"creates":false,"data":[{"en":"the step","is":"code","list":"TRANSFER_STEP","name":"step","required":true,"zh":"环节"}],"effective_on":"forbidden","en":"resumed","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"transfer.resumed","zh":"恢复"},
    {"creates":false,"data":[{"en":"the step","is":"code","list":"TRANSFER_STEP","name":"step","required":true,"zh":"环节"},{"en":"who asks; absent: the city","is":"code","list":"TRANSFER_PARTY","name":"by","required":false,"zh":"催办方"}],"effective_on":"forbidden","en":"reminded","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"transfer.reminded","zh":"催办"},
    {"creates":false,"data":[],"effective_on":"forbidden","en":"withdrawn","meanings":["withdrawal"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"transfer.withdrawn","zh":"撤回"},
    {"creates":false,"data":[{"en":"who says so","is":"code","list":"TRANSFER_PARTY","name":"by","required":true,"zh":"提出方"}],"effective_on":"forbidden","en":"rejection disputed","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"transfer.disputed","zh":"提出争议"},
    {"creates":false,"data":[{"en":"ruling","is":"code","list":"TRANSFER_RULING","name":"ruling","required":true,"zh":"裁定"}],"effective_on":"forbidden","en":"city's ruling","meanings":["examination"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"transfer.ruled","zh":"市级裁定"},
    {"creates":false,"data":[{"en":"position of the log at which it was made","is":"integer","max":9007199254740991,"min":0,"name":"as_of","required":true,"zh":"账本位置"},{"en":"number of events","is":"integer","max":1000000,"min":1,"name":"events","required":true,"zh":"事件数"},{"en":"SHA-256 of the manifest","is":"hash","name":"manifest","required":true,"zh":"清单摘要"},{"en":"effective dose of the calendar year","is":"integer","max":1000000000000,"min":0,"name":"year_nsv","required":true,"unit":"nSv","zh":"本年累计有效剂量"},{"en":"effective dose of the five-year block","is":"integer","max":1000000000000,"min":0,"name":"block_nsv","required":true,"unit":"nSv","zh":"五年周期累计有效剂量"},{"en":"effective dose of the whole life","is":"integer","max":1000000000000,"min":0,"name":"life_nsv","required":true,"unit":"nSv","zh":"终身累计有效剂量"},{"en":"number of open items","is":"integer","max":10000,"min":0,"name":"open_items","required":true,"zh":"未了结事项数"}],"effective_on":"forbidden","en":"package sealed","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"transfer.package_sealed","zh":"封装档案"},
    {"creates":false,"data":[{"en":"who signs the receipt","is":"code","list":"TRANSFER_PARTY","name":"by","required":true,"zh":"签收方"},{"en":"where the papers are kept from now on","is":"text","max_chars":100,"min_chars":1,"name":"paper_place","required":false,"zh":"纸质档案存放地"}],"effective_on":"forbidden","en":"receipt signed","meanings":["receipt"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"transfer.completed","zh":"签收"},
    {"creates":false,"data":[{"en":"dose year","is":"integer","max":2100,"min":1950,"name":"year","required":true,"zh":"剂量年度"},{"en":"effective dose; absent when it is not known","is":"integer","max":10000000000,"min":0,"name":"effective_nsv","required":false,"unit":"nSv","zh":"有效剂量"},{"en":"months monitored","is":"integer","max":12,"min":1,"name":"months","required":false,"zh":"监测月数"},{"en":"how well it is evidenced","is":"code","list":"HISTORY_CONFIDENCE","name":"confidence","required":true,"zh":"证据等级"},{"en":"who measured it","is":"text","max_chars":100,"min_chars":1,"name":"source","required":true,"zh":"来源单位"}],"effective_on":"forbidden","en":"outside history declared","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"transfer.history_declared","zh":"申报市外剂量史"},
    {"creates":false,"data":[{"en":"the line","is":"event_ref","name":"declared","required":true,"zh":"所核实的申报"},{"en":"whether the evidence holds","is":"flag","name":"accepted","required":true,"zh":"是否属实"}],"effective_on":"forbidden","en":"outside history verified","meanings":["examination"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"transfer.history_verified","zh":"核实市外剂量史"},
    {"creates":false,"data":[{"en":"who says so","is":"code","list":"TRANSFER_PARTY","name":"by","required":true,"zh":"提出方"}],"effective_on":"required","en":"multi-site practice ended","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"transfer.practice_ended","zh":"多点执业结束"},
  ] },
  { kind: "warning", zh: "预警", en: "warning", types: [
    {"creates":true,"data":[{"en":"rule","form":"warning_rule","is":"text","max_chars":16,"min_chars":8,"name":"rule","pattern":"^W-[A-Z]{2,6}-[0-9]{2}$","required":true,"zh":"预警规则"},{"en":"version of the rule","is":"integer","max":32767,"min":1,"name":"rule_version","required":true,"zh":"规则版本"},{"en":"what it is about","is":"record_ref","kinds":["account","certificate","credential","device","device_test","dose_report","dose_result","dosimeter","employment","exam_result","institution","investigation","ledger","licence","monitoring_contract","person","training_record","transfer"],"name":"subject","required":true,"zh":"预警对象"},{"en":"what tells it from others of this rule and subject","form":"occurrence","is":"text","max_chars":100,"min_chars":1,"name":"occurrence","pattern":"^[A-Za-z0-9][A-Za-z0-9_./-]{0,99}$","required":true,"zh":"发生项"},{"en":"grade","is":"code","list":"WARNING_GRADE","name":"grade","required":true,"zh":"级别"},{"en":"first day of this grade","is":"date","name":"since","required":true,"zh":"该级别起始日"},{"en":"due on","is":"date","name":"due_on","required":false,"zh":"到期日"},{"en":"institution whose duty it is and stays","is":"uuid","name":"institution","of":"institution","required":false,"zh":"责任单位"},{"en":"the worker whom it concerns","is":"uuid","name":"person","of":"person","required":false,"zh":"放射工作人员"},{"en":"what was computed","is":"list","item":{"is":"object","members":[{"en":"name, its unit as the suffix","form":"figure","is":"text","max_chars":32,"min_chars":1,"name":"name","pattern":"^[a-z][a-z0-9_]{0,31}$","required":true,"zh":"名称（含单位后缀）"},{"en":"value","is":"integer","max":9007199254740991,"min":-9007199254740991,"name":"value","required":true,"zh":"数值"}]},"max_items":8,"min_items":1,"name":"figures","required":false,"zh":"计算值"}],"effective_on":"forbidden","en":"warning raised","meanings":["system"],"reason":"optional","schema":1,"signed_by":["service"],"type":"warning.raised","zh":"预警产生"},
    {"creates":false,"data":[{"en":"grade","is":"code","list":"WARNING_GRADE","name":"grade","required":true,"zh":"级别"},{"en":"first day of this grade","is":"date","name":"since","required":true,"zh":"该级别起始日"},{"en":"what was computed","is":"list","item":{"is":"object","members":[{"en":"name, its unit as the suffix","form":"figure","is":"text","max_chars":32,"min_chars":1,"name":"name","pattern":"^[a-z][a-z0-9_]{0,31}$","required":true,"zh":"名称（含单位后缀）"},{"en":"value","is":"integer","max":9007199254740991,"min":-9007199254740991,"name":"value","required":true,"zh":"数值"}]},"max_items":8,"min_items":1,"name":"figures","required":false,"zh":"计算值"}],"effective_on":"forbidden","en":"warning escalated","meanings":["system"],"reason":"optional","schema":1,"signed_by":["service"],"type":"warning.escalated","zh":"预警升级"},
    {"creates":false,"data":[],"effective_on":"forbidden","en":"condition ended","meanings":["system"],"reason":"optional","schema":1,"signed_by":["service"],"type":"warning.condition_ended","zh":"预警条件消除"},
    {"creates":false,"data":[],"effective_on":"forbidden","en":"warning cleared","meanings":["system"],"reason":"optional","schema":1,"signed_by":["service"],"type":"warning.cleared","zh":"预警自动解除"},
    {"creates":false,"data":[{"en":"grade","is":"code","list":"WARNING_GRADE","name":"grade","required":true,"zh":"级别"},{"en":"first day of this grade","is":"date","name":"since","required":true,"zh":"该级别起始日"},{"en":"what was computed","is":"list","item":{"is":"object","members":[{"en":"name, its unit as the suffix","form":"figure","is":"text","max_chars":32,"min_chars":1,"name":"name","pattern":"^[a-z][a-z0-9_]{0,31}$","required":true,"zh":"名称（含单位后缀）"},{"en":"value","is":"integer","max":9007199254740991,"min":-9007199254740991,"name":"value","required":true,"zh":"数值"}]},"max_items":8,"min_items":1,"name":"figures","required":false,"zh":"计算值"}],"effective_on":"forbidden","en":"warning reopened","meanings":["system"],"reason":"optional","schema":1,"signed_by":["service"],"type":"warning.reopened","zh":"预警重新产生"},
    {"creates":false,"data":[],"effective_on":"forbidden","en":"waiver ended","meanings":["system"],"reason":"optional","schema":1,"signed_by":["service"],"type":"warning.waiver_ended","zh":"豁免到期"},
    {"creates":false,"data":[],"effective_on":"forbidden","en":"passed to the city","meanings":["system"],"reason":"optional","schema":1,"signed_by":["service"],"type":"warning.passed_to_city","zh":"逾期未签收报市级"},
    {"creates":false,"data":[],"effective_on":"forbidden","en":"warning moved with the file","meanings":["system"],"reason":"optional","schema":1,"signed_by":["service"],"type":"warning.moved","zh":"预警随档案转移"},
    {"creates":false,"data":[{"en":"in which capacity","is":"code","list":"WARNING_PARTY","name":"by","required":true,"zh":"签收方"},{"en":"remarks","is":"sealed","name":"remarks","required":false,"subject":"/record","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"说明"}],"effective_on":"forbidden","en":"warning acknowledged","meanings":["acknowledgement"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"warning.acknowledged","zh":"签收"},
    {"creates":false,"data":[{"en":"planned to be done by","is":"date","name":"until","required":false,"zh":"计划完成日期"},{"en":"plan","is":"sealed","name":"plan","required":false,"subject":"/record","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"整改计划"}],"effective_on":"forbidden","en":"rectification started","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"warning.rectification_started","zh":"开始整改"},
    {"creates":false,"data":[{"en":"what was done","is":"sealed","name":"measures","required":true,"subject":"/record","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"整改情况"}],"effective_on":"forbidden","en":"rectification submitted","meanings":["submission"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"warning.rectification_submitted","zh":"提交整改"},
    {"creates":false,"data":[],"effective_on":"forbidden","en":"rectification returned","meanings":["return"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"warning.rectification_returned","zh":"退回整改"},
    {"creates":false,"data":[{"en":"remarks","is":"sealed","name":"remarks","required":false,"subject":"/record","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"核销意见"}],"effective_on":"forbidden","en":"warning closed","meanings":["approval"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"warning.closed","zh":"核销"},
    {"creates":false,"data":[],"effective_on":"forbidden","en":"closing revoked","meanings":["revocation"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"warning.closing_revoked","zh":"撤销核销"},
    {"creates":false,"data":[{"en":"ground","is":"code","list":"WAIVER_GROUND","name":"ground","required":true,"zh":"豁免理由"},{"en":"last day on which it is waived","is":"date","name":"until","required":true,"zh":"豁免截止日"},{"en":"remarks","is":"sealed","name":"remarks","required":false,"subject":"/record","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"说明"}],"effective_on":"forbidden","en":"warning waived","meanings":["approval"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"warning.waived","zh":"豁免"},
    {"creates":false,"data":[],"effective_on":"forbidden","en":"waiver revoked","meanings":["revocation"],"reason":"required","schema":1,"signed_by":["organisation","person"],"type":"warning.waiver_revoked","zh":"撤销豁免"},
    {"creates":false,"data":[{"en":"ground","is":"code","list":"PAUSE_GROUND","name":"ground","required":true,"zh":"中止理由"},{"en":"remarks","is":"sealed","name":"remarks","required":false,"subject":"/record","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"说明"}],"effective_on":"forbidden","en":"warning suspended","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"warning.suspended","zh":"中止"},
    {"creates":false,"data":[],"effective_on":"forbidden","en":"warning resumed","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"warning.resumed","zh":"恢复"},
    {"creates":false,"data":[{"en":"ground","is":"code","list":"DISPUTE_GROUND","name":"ground","required":true,"zh":"异议理由"},{"en":"statement","is":"sealed","name":"statement","required":false,"subject":"/record","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"异议说明"}],"effective_on":"forbidden","en":"warning disputed","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"warning.disputed","zh":"提出异议"},
    {"creates":false,"data":[{"en":"ruling","is":"code","list":"DISPUTE_RULING","name":"ruling","required":true,"zh":"处理结论"},{"en":"remarks","is":"sealed","name":"remarks","required":false,"subject":"/record","value":{"is":"text","max_chars":500,"min_chars":1},"zh":"说明"}],"effective_on":"forbidden","en":"dispute decided","meanings":["examination"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"warning.ruled","zh":"异议处理"},
    {"creates":false,"data":[{"en":"grade","is":"code","list":"WARNING_GRADE","name":"grade","required":true,"zh":"级别"}],"effective_on":"forbidden","en":"warning regraded","meanings":["approval"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"warning.regraded","zh":"降级"},
    {"creates":false,"data":[{"en":"institution that takes it over","is":"uuid","name":"institution","of":"institution","required":true,"zh":"承接单位"}],"effective_on":"forbidden","en":"warning taken over","meanings":["acknowledgement"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"warning.accepted","zh":"承接"},
  ] },
  { kind: "desk", zh: "值守", en: "desk", types: [
    {"creates":true,"data":[],"effective_on":"forbidden","en":"desk opened","meanings":["system"],"reason":"optional","schema":1,"signed_by":["service"],"type":"desk.opened","zh":"值守开始"},
    {"creates":false,"data":[{"en":"the day","is":"date","name":"day","required":true,"zh":"评估日"},{"en":"size of the log that was folded","is":"integer","max":9007199254740991,"min":0,"name":"basis","required":true,"zh":"账本位置"},{"en":"conclusions since it said so before","is":"object","members":[{"en":"raised","is":"integer","max":9007199254740991,"min":0,"name":"raised","required":true,"zh":"产生"},{"en":"escalated","is":"integer","max":9007199254740991,"min":0,"name":"escalated","required":true,"zh":"升级"},{"en":"reopened","is":"integer","max":9007199254740991,"min":0,"name":"reopened","required":true,"zh":"重新产生"},{"en":"cleared, or waiting to be closed","is":"integer","max":9007199254740991,"min":0,"name":"ended","required":true,"zh":"解除或待核销"},{"en":"waivers that ended, warnings that went to the city or with a file","is":"integer","max":9007199254740991,"min":0,"name":"other","required":true,"zh":"其他"}],"name":"counts","required":true,"zh":"结论数"},{"en":"digest of these conclusions","is":"hash","name":"digest","required":true,"zh":"结论摘要"}],"effective_on":"forbidden","en":"day evaluated","meanings":["system"],"reason":"optional","schema":1,"signed_by":["service"],"type":"desk.evaluated","zh":"当日评估完成"},
  ] },
  { kind: "notification", zh: "通知", en: "notification", types: [
    {"creates":true,"data":[{"en":"by what way","is":"code","list":"NOTICE_CHANNEL","name":"channel","required":true,"zh":"渠道"},{"en":"the office that is told","is":"code","list":"NOTICE_OFFICE","name":"office","required":true,"zh":"通知对象（职务）"},{"en":"the unit with which the warnings lie, or the file that lies with an authority","is":"record_ref","kinds":["institution","person"],"name":"about","required":true,"zh":"所在"},{"en":"rule","form":"warning_rule","is":"text","max_chars":16,"min_chars":8,"name":"rule","pattern":"^W-[A-Z]{2,6}-[0-9]{2}$","required":true,"zh":"预警规则"},{"en":"grade","is":"code","list":"WARNING_GRADE","name":"grade","required":true,"zh":"级别"},{"en":"the day for which it was ordered","is":"date","name":"day","required":true,"zh":"通知日"},{"en":"the warnings of which it tells","is":"list","item":{"is":"uuid","of":"warning"},"max_items":50,"min_items":1,"name":"warnings","required":true,"zh":"预警"}],"effective_on":"forbidden","en":"notification ordered","meanings":["system"],"reason":"optional","schema":1,"signed_by":["service"],"type":"notification.ordered","zh":"通知待发送"},
    {"creates":false,"data":[{"en":"the natural person who holds the office, by a random id","is":"record_ref","kinds":["party"],"name":"to","required":true,"zh":"接收人"},{"en":"who carries it","is":"code","list":"NOTICE_GATEWAY","name":"gateway","required":true,"zh":"网关"},{"en":"the gateway's number of it","is":"text","max_chars":64,"min_chars":1,"name":"serial","required":true,"zh":"网关回执号"}],"effective_on":"forbidden","en":"notification sent","meanings":["system"],"reason":"optional","schema":1,"signed_by":["service"],"type":"notification.sent","zh":"通知已提交网关"},
    {"creates":false,"data":[],"effective_on":"forbidden","en":"notification delivered","meanings":["system"],"reason":"optional","schema":1,"signed_by":["service"],"type":"notification.delivered","zh":"通知已送达"},
    {"creates":false,"data":[{"en":"why","is":"code","list":"NOTICE_FAILURE","name":"reason","required":true,"zh":"原因"},{"en":"the code of the gateway or the carrier","is":"text","max_chars":64,"min_chars":1,"name":"code","required":false,"zh":"网关错误码"}],"effective_on":"forbidden","en":"notification failed","meanings":["system"],"reason":"optional","schema":1,"signed_by":["service"],"type":"notification.failed","zh":"通知发送失败"},
    {"creates":false,"data":[],"effective_on":"forbidden","en":"notification to be sent again","meanings":["declaration"],"reason":"optional","schema":1,"signed_by":["organisation","person"],"type":"notification.sent_again","zh":"重新发送通知"},
  ] },
];

/** Bounds of the service as shipped; a node tells its own at `ledger { limits }`. */
export const limits = {
  bodyBytes: 8388608,
  importBytes: 20971520,
  documentBytes: 32768,
  depth: 18,
  complexity: 60000,
  aliases: 50,
  directives: 50,
  pageDefault: 20,
  pageMax: 100,
  mismatchesPerHour: 1000,
  unmaskPerHour: 300,
  takenPerHour: 60,
  filesPerDay: 500,
  unitsMax: 1000,
  changesMax: 200000,
  textChars: 100,
  filterValues: 20,
  waitMs: 5000,
  requestMs: 30000,
  subscriptions: 16,
  sessionMs: 43200000,
  challengeMs: 120000,
} as const;
