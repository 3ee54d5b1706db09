//! Code lists of files, imports and code lists themselves: those of the third catalogue.

use crate::codes;

codes! {
    /// Kind of an attached file.
    pub enum AttachmentKind = "ATTACHMENT_KIND" {
        Licence = "LIC", "放射诊疗许可证", "radiodiagnosis and radiotherapy licence";
        PracticeLicence = "PRC", "执业证", "practice licence";
        RadiationSafety = "RSL", "辐射安全许可证", "radiation safety licence";
        PreEvaluation = "PRE", "预评价报告", "pre-evaluation report";
        ControlEvaluation = "CTL", "控制效果评价报告", "control-effect evaluation report";
        Acceptance = "ACC", "验收意见", "acceptance opinion";
        Test = "TST", "检测报告", "test report";
        Dose = "DOS", "剂量报告", "dose report";
        Exam = "EXM", "体检报告", "health examination report";
        Training = "TRN", "培训证明", "proof of training";
        Certificate = "CRT", "放射工作人员证", "radiation worker's certificate";
        Identity = "IDC", "身份证件", "identity document";
        Photo = "PHO", "照片", "photograph";
        Rules = "RUL", "制度", "rules";
        Plan = "PLN", "应急预案", "emergency plan";
        Supervision = "CHK", "监督文书", "supervision document";
        Other = "OTH", "其他", "other";
    }

    /// What a file is made of (`domain/codes.md` §18).
    pub enum MediaType = "MEDIA_TYPE" {
        Pdf = "PDF", "PDF、PDF/A", "PDF or PDF/A";
        Jpeg = "JPEG", "JPEG图像", "JPEG image";
        Png = "PNG", "PNG图像", "PNG image";
        Ofd = "OFD", "OFD版式文件（GB/T 33190）", "OFD document (GB/T 33190)";
    }

    /// What is imported.
    pub enum ImportKind = "IMPORT_KIND" {
        Dose = "DOSE", "个人剂量监测报告", "personal dose reports";
    }

    /// Why an import stopped.
    pub enum ImportStop = "IMPORT_STOP" {
        Refused = "REFUSED", "账本拒绝", "the ledger refused";
        Withdrawn = "WITHDRAWN", "导入人中止", "withdrawn by whoever imports";
        Changed = "CHANGED", "文件已更改", "the file was changed";
    }

    /// State of an import.
    pub enum ImportState = "IMPORT_STATE" {
        Opened = "OPENED", "进行中", "open";
        Stopped = "STOPPED", "已停止", "stopped";
        Complete = "COMPLETE", "已完成", "complete";
    }

    /// Whether a code is still entered.
    pub enum CodeStatus = "CODE_STATUS" {
        InForce = "IN_FORCE", "可用", "in force";
        Withdrawn = "WITHDRAWN", "停用", "withdrawn";
    }
}

impl MediaType {
    /// The media type as HTTP and the statement write it.
    #[must_use]
    pub const fn mime(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Ofd => "application/ofd",
        }
    }

    /// What a file is by its first bytes; none when it is none of these. An OFD document is a ZIP archive.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        const SIGNATURES: [(&[u8], MediaType); 4] = [
            (b"%PDF-", MediaType::Pdf),
            (b"\xff\xd8\xff", MediaType::Jpeg),
            (b"\x89PNG\r\n\x1a\n", MediaType::Png),
            (b"PK\x03\x04", MediaType::Ofd),
        ];
        SIGNATURES.iter().find(|(first, _)| bytes.starts_with(first)).map(|(_, media)| *media)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_first_bytes() {
        assert_eq!(MediaType::of(b"%PDF-1.7\n"), Some(MediaType::Pdf));
        assert_eq!(MediaType::of(b"\x89PNG\r\n\x1a\n0"), Some(MediaType::Png));
        assert_eq!(MediaType::of(b"<html>"), None);
        assert_eq!(MediaType::of(b""), None);
    }
}
