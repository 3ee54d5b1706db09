// States by which lists are filtered, in the words of the ledger. They are said by no event, so no code list holds them.
import type { CodeLabel } from "@/shared/kinds";

const labelled = (...states: [string, string, string][]): CodeLabel[] => states.map(([code, zh, en]) => ({ code, zh, en }));

export const WARNING_STATES = labelled(
  ["OPEN", "待处理", "open"],
  ["ACKNOWLEDGED", "已签收", "acknowledged"],
  ["RECTIFYING", "整改中", "being rectified"],
  ["SUBMITTED", "整改待核", "rectification submitted"],
  ["RETURNED", "整改退回", "rectification returned"],
  ["PENDING_CLOSE", "待核销", "waits to be closed"],
  ["DISPUTED", "有异议", "disputed"],
  ["SUSPENDED", "中止", "suspended"],
  ["WAIVED", "豁免", "waived"],
  ["CLEARED", "自动解除", "cleared"],
  ["CLOSED", "已核销", "closed by an officer"],
);
/** A warning in one of these is somebody's business still. */
export const NOT_OVER = WARNING_STATES.map(({ code }) => code).filter((code) => code !== "CLEARED" && code !== "CLOSED");

export const TRANSFER_STATES = labelled(
  ["OPEN", "办理中", "open"],
  ["SUSPENDED", "中止", "suspended"],
  ["REJECTED", "不予流动", "rejected"],
  ["DISPUTED", "争议待裁定", "disputed"],
  ["WITHDRAWN", "已撤回", "withdrawn"],
  ["COMPLETED", "已完成", "completed"],
);

export const NOTICE_STATES = labelled(
  ["ORDERED", "待发送", "to be sent"],
  ["SENT", "已提交网关", "taken by the gateway"],
  ["DELIVERED", "已送达", "delivered"],
  ["FAILED", "发送失败", "failed"],
);
