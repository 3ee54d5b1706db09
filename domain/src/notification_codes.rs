//! Code lists of notifications (codes.md §17, rules.md §3.9).

use crate::codes;

codes! {
    /// By what way somebody is told outside the ledger.
    pub enum NoticeChannel = "NOTICE_CHANNEL" {
        Sms = "SMS", "短信", "text message";
    }

    /// In which office somebody is told.
    pub enum NoticeOffice = "NOTICE_OFFICE" {
        Responsible = "RESPONSIBLE", "责任人（放射防护负责人，缺则联系人）", "the person responsible: radiation protection officer, else the contact";
        Head = "HEAD", "单位负责人（主要负责人，缺则法定代表人）", "head of the institution: the principal, else the legal representative";
        County = "COUNTY", "县级监督值守人员", "the county's officer on call";
        City = "CITY", "市级监督值守人员", "the city's officer on call";
    }

    /// Where a notification stands.
    pub enum NoticeState = "NOTICE_STATE" {
        Ordered = "ORDERED", "待发送", "to be sent";
        Sent = "SENT", "已提交网关", "taken by the gateway";
        Delivered = "DELIVERED", "已送达", "delivered";
        Failed = "FAILED", "发送失败", "failed";
    }

    /// Who carries messages.
    pub enum NoticeGateway = "NOTICE_GATEWAY" {
        Aliyun = "ALIYUN", "阿里云短信服务（Dysmsapi 2017-05-25）", "Alibaba Cloud SMS, Dysmsapi 2017-05-25";
    }

    /// Why a message did not arrive.
    pub enum NoticeFailure = "NOTICE_FAILURE" {
        NoAddress = "NO_ADDRESS", "该职务无人任职或未登记电话", "nobody holds the office, or no telephone is filed";
        Refused = "REFUSED", "网关拒绝", "the gateway refused it";
        Undelivered = "UNDELIVERED", "运营商回执：未送达", "the carrier did not deliver it";
        Late = "LATE", "逾期未能发送", "it could not be sent in time";
    }
}
