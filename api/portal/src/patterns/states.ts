// States by which lists are filtered. They are said by no event, so no code list of the contract holds them; their words
// stand in the texts of the pages.

export const WARNING_STATES = ["OPEN", "ACKNOWLEDGED", "RECTIFYING", "SUBMITTED", "RETURNED", "PENDING_CLOSE", "DISPUTED", "SUSPENDED", "WAIVED", "CLEARED", "CLOSED"];
/** A warning in one of these is somebody's business still. */
export const NOT_OVER = WARNING_STATES.filter((code) => code !== "CLEARED" && code !== "CLOSED");
export const TRANSFER_STATES = ["OPEN", "SUSPENDED", "REJECTED", "DISPUTED", "WITHDRAWN", "COMPLETED"];
export const NOTICE_STATES = ["ORDERED", "SENT", "DELIVERED", "FAILED"];

export const INSTITUTION_STATES = labelled(
  ["SUBMITTED", "待审核", "submitted"],
  ["RETURNED", "已退回", "returned"],
  ["ACTIVE", "有效", "active"],
  ["SUSPENDED_BUSINESS", "歇业中", "business suspended"],
  ["CLOSED", "已注销", "closed"],
  ["MERGED", "已合并", "merged"],
);

export const LICENCE_STATES = labelled(
  ["VALID", "有效", "valid"],
  ["DEFERRED", "暂缓校验", "verification deferred"],
  ["SUSPENDED", "暂停", "suspended"],
  ["CANCELLED", "注销", "cancelled"],
  ["REVOKED", "吊销", "revoked"],
);

export const EMPLOYMENT_STATES = labelled(
  ["PLANNED", "拟上岗", "planned"],
  ["ACTIVE", "在岗", "active"],
  ["SUSPENDED", "暂时脱离", "suspended from radiation work"],
  ["ON_LEAVE", "离岗休假", "on leave"],
  ["ENDED", "已离岗", "ended"],
);

export const CERTIFICATE_STATES = labelled(
  ["APPLIED", "已申请", "applied for"],
  ["SUPPLEMENT", "待补正", "papers are missing"],
  ["REFUSED", "不予核发", "refused"],
  ["WITHDRAWN", "已撤回", "withdrawn"],
  ["VALID", "有效", "valid"],
  ["CANCELLED", "已注销", "cancelled"],
);
