//! The fictitious city: divisions that exist, everything else invented and marked 示例 (example).

use serde_json::{Value as Json, json};
use signing::bytes::Date;

use super::chance::Chance;

/// A supervision area: its code, the division it lies in, its name.
#[derive(Debug)]
pub struct Area {
    /// Code of the supervision area.
    pub code: &'static str,
    /// Division of GB/T 2260.
    pub division: &'static str,
    /// Name.
    pub name: &'static str,
    /// Share of the institutions, in percent.
    pub share: usize,
}

const fn area(code: &'static str, division: &'static str, name: &'static str, share: usize) -> Area {
    Area { code, division, name, share }
}

/// The ten divisions and the delegated area.
pub const AREAS: [Area; 11] = [
    area("511502", "511502", "翠屏区", 24),
    area("511503", "511503", "南溪区", 8),
    area("511504", "511504", "叙州区", 16),
    area("511523", "511523", "江安县", 8),
    area("511524", "511524", "长宁县", 7),
    area("511525", "511525", "高县", 7),
    area("511526", "511526", "珙县", 6),
    area("511527", "511527", "筠连县", 6),
    area("511528", "511528", "兴文县", 6),
    area("511529", "511529", "屏山县", 5),
    area("5115SJ", "511502", "三江新区", 7),
];

/// Streets of the delegated area that lie in division 511502.
const DELEGATED_STREETS: [&str; 4] = ["511502008", "511502011", "511502014", "511502112"];

/// The area of an institution by its number: shares come out exactly over every hundred.
pub fn area_of(number: usize) -> usize {
    // A step that is coprime to 100 spreads each area over the whole sequence.
    let mut place = number * 37 % 100;
    for (index, area) in AREAS.iter().enumerate() {
        if place < area.share {
            return index;
        }
        place -= area.share;
    }
    0
}

/// What sort of institution is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Hospital with several departments.
    Hospital,
    /// Town health centre.
    TownCentre,
    /// Clinic, mostly dental.
    Clinic,
    /// Technical-service organisation.
    TechnicalService,
    /// Health-exam organisation.
    HealthExam,
    /// Industrial user.
    Industrial,
    /// Training organisation.
    Training,
}

impl Sort {
    /// The sort of a medical institution by its number.
    pub fn medical(number: usize) -> Self {
        match number % 10 {
            0 | 5 => Self::Hospital,
            1 | 3 | 6 | 8 => Self::TownCentre,
            _ => Self::Clinic,
        }
    }

    /// Code of the institution kind.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Hospital | Self::TownCentre | Self::Clinic => "RAD",
            Self::TechnicalService => "TSO",
            Self::HealthExam => "HEO",
            Self::Industrial => "IND",
            Self::Training => "TRN",
        }
    }

    /// Weight of its radiation workers among those of the city.
    pub fn workers(self) -> usize {
        match self {
            Self::Hospital => 30,
            Self::TownCentre => 5,
            Self::Clinic => 3,
            Self::Industrial => 8,
            Self::TechnicalService | Self::HealthExam | Self::Training => 0,
        }
    }

    /// True when the city approves it.
    pub fn is_service(self) -> bool {
        matches!(self, Self::TechnicalService | Self::HealthExam)
    }
}

const NUMERALS: [&str; 10] = ["〇", "一", "二", "三", "四", "五", "六", "七", "八", "九"];

/// A number in Chinese numerals, digit by digit.
pub fn numeral(number: usize) -> String {
    number.to_string().bytes().map(|digit| NUMERALS[usize::from(digit - b'0')]).collect()
}

/// The data of `institution.registered`; `serial` is unique in the city.
pub fn profile(sort: Sort, area: &Area, serial: usize, day: Date, luck: &mut Chance) -> Json {
    let number = numeral(serial);
    let (name, short, medical_type, grade, ownership, profit) = match sort {
        Sort::Hospital => {
            let medical_type = luck.pick(&["A100", "A100", "A200", "A500", "G"]);
            let what = match medical_type {
                "A200" => "中医医院",
                "A500" => "专科医院",
                "G" => "妇幼保健院",
                _ => "人民医院",
            };
            let grade = luck.pick(&["3A", "3B", "2A", "2A", "2B", "20"]);
            (
                format!("{}示例{number}号{what}", area.name),
                format!("示例{number}院"),
                Some(medical_type),
                Some(grade),
                "110",
                "1",
            )
        }
        Sort::TownCentre => (
            format!("{}示例{number}镇卫生院", area.name),
            format!("示例{number}镇院"),
            Some("C200"),
            Some("1A"),
            "110",
            "1",
        ),
        Sort::Clinic => (
            format!("{}示例{number}口腔诊所", area.name),
            format!("示例{number}口腔"),
            Some("D"),
            Some("00"),
            "170",
            "2",
        ),
        Sort::TechnicalService => {
            (format!("示例{number}辐射检测技术有限公司"), format!("示例{number}检测"), None, None, "150", "2")
        }
        Sort::HealthExam => {
            (format!("示例{number}职业健康检查中心"), format!("示例{number}体检"), None, None, "110", "1")
        }
        Sort::Industrial => {
            (format!("{}示例{number}无损探伤有限公司", area.name), format!("示例{number}探伤"), None, None, "150", "2")
        }
        Sort::Training => {
            (format!("示例{number}放射防护培训学校"), format!("示例{number}培训"), None, None, "150", "2")
        }
    };
    let beds = match sort {
        Sort::Hospital => Some(100 + 10 * luck.below(90)),
        Sort::TownCentre => Some(20 + luck.below(60)),
        _ => None,
    };
    let departments = match sort {
        Sort::Hospital => Some(json!(["放射科", "口腔科", "介入室"])),
        Sort::TownCentre => Some(json!(["放射科"])),
        _ => None,
    };
    let practice = (sort.kind() == "RAD").then(|| {
        let issued = day.add_days(-(30 + luck.below(1500) as i64));
        let (kind, word) = if sort == Sort::Clinic { ("PRF", "备案") } else { ("PRC", "许可") };
        json!({"kind": kind, "number": format!("示例{word}{serial:06}"), "beds": beds, "from": issued.to_string(),
               "verify_due": issued.add_days(1825).to_string()})
    });
    let street = (area.code == "5115SJ").then(|| luck.pick(&DELEGATED_STREETS));
    json!({
        "credit_code": credit_code(sort, area.division, serial),
        "name": name,
        "short_name": short,
        "kinds": [sort.kind()],
        "medical_type": medical_type,
        "grade": grade,
        "ownership": ownership,
        "profit": profit,
        "division": area.division,
        "street": street,
        "supervision_area": area.code,
        "address": format!("{}示例路{}号", area.name, 1 + luck.below(399)),
        "longitude_udeg": 104_300_000 + luck.below(700_000),
        "latitude_udeg": 28_300_000 + luck.below(600_000),
        "beds": beds,
        "staff": 5 + luck.below(400),
        "departments": departments,
        "practice_document": practice,
        "phone": phone(luck, "0831"),
    })
}

/// A telephone number that cannot be anyone's: the subscriber part begins with zeros.
pub fn phone(luck: &mut Chance, prefix: &str) -> String {
    let width = if prefix.len() == 4 { 7 } else { 8 };
    let number = luck.below(10_000);
    format!("{prefix}{}{number:0width$}", if prefix.len() == 4 { "-" } else { "" })
}

/// A name that is recognisably invented: every one contains 示 or 例 and no such family is known.
pub fn person_name(luck: &mut Chance) -> String {
    const FAMILY: [&str; 24] = [
        "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "周", "吴", "徐", "孙", "马", "朱", "胡", "郭", "何", "林",
        "罗", "高", "郑", "梁", "谢", "宋",
    ];
    const GIVEN: [&str; 24] = [
        "安", "宁", "平", "清", "明", "远", "和", "静", "文", "立", "新", "成", "嘉", "真", "诚", "信", "慧", "仁",
        "毅", "佳", "然", "思", "源", "舟",
    ];
    let mark = luck.pick(&["示", "例"]);
    format!("{}{mark}{}", luck.pick(&FAMILY), luck.pick(&GIVEN))
}

const SYMBOLS: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// A unified social credit code with both check symbols right (GB 32100-2015, GB 11714).
pub fn credit_code(sort: Sort, division: &str, serial: usize) -> String {
    let prefix = match sort {
        Sort::Hospital | Sort::TownCentre | Sort::HealthExam => "12",
        Sort::Clinic => "92",
        Sort::TechnicalService | Sort::Industrial => "91",
        Sort::Training => "52",
    };
    // No real organisation code begins with 9999 in this city's registers: demonstration numbers are their own.
    let body = format!("9999{serial:04}");
    let inner: usize =
        body.bytes().zip([3, 7, 9, 10, 5, 8, 4, 2]).map(|(digit, weight)| usize::from(digit - b'0') * weight).sum();
    let check = match 11 - inner % 11 {
        10 => "X".to_owned(),
        11 => "0".to_owned(),
        digit => digit.to_string(),
    };
    let mut code = format!("{prefix}{division}{body}{check}");
    let mut weight = 1;
    let mut sum = 0;
    for byte in code.bytes() {
        let value = SYMBOLS.iter().position(|symbol| *symbol == byte).expect("made of these symbols");
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    code.push(SYMBOLS[(31 - sum % 31) % 31] as char);
    code
}

/// Kind, name, ray class and rating of a device that suits an institution.
pub fn device(sort: Sort, number: usize, luck: &mut Chance) -> (&'static str, &'static str, &'static str, Option<i64>) {
    let kinds: &[(&str, &str, &str, Option<i64>)] = match sort {
        Sort::Hospital => &[
            ("X02", "数字化X射线摄影系统", "3", Some(150_000)),
            ("X01", "X射线计算机体层摄影设备", "3", Some(140_000)),
            ("I01", "医用血管造影X射线机", "2", Some(125_000)),
            ("X12", "移动式X射线机", "3", Some(125_000)),
            ("X06", "乳腺X射线机", "3", Some(35_000)),
            ("X11", "移动C形臂X射线机", "3", Some(110_000)),
            ("N01", "单光子发射断层成像设备", "3", None),
            ("R01", "医用电子直线加速器", "2", None),
        ],
        Sort::TownCentre => {
            &[("X02", "数字化X射线摄影系统", "3", Some(150_000)), ("X05", "胃肠X射线机", "3", Some(125_000))]
        }
        Sort::Clinic => &[
            ("X07", "口内牙科X射线机", "3", Some(70_000)),
            ("X08", "口腔全景X射线机", "3", Some(85_000)),
            ("X09", "口腔锥形束CT", "3", Some(90_000)),
        ],
        _ => &[("X04", "工业X射线探伤机", "2", Some(300_000))],
    };
    // The first device of an institution is the commonest of its sort.
    if number == 0 { kinds[0] } else { kinds[luck.below(kinds.len())] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_credit_code_passes_the_check_of_the_domain() {
        for serial in [1, 42, 360, 9999] {
            for sort in [Sort::Hospital, Sort::Clinic, Sort::Industrial, Sort::Training] {
                let code = credit_code(sort, "511502", serial);
                assert!(domain::codes::credit_code_ok(&code), "{code}");
            }
        }
    }

    #[test]
    fn every_area_has_institutions() {
        let mut seen = [0; AREAS.len()];
        (0..100).for_each(|number| seen[area_of(number)] += 1);
        assert_eq!(seen.map(|count: usize| count), AREAS.each_ref().map(|area| area.share));
    }
}
