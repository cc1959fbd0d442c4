//! Names of invented places and people.

/// Streets, east to west and south to north in turn.
const STREETS: [&str; 18] = [
    "人民路",
    "解放路",
    "青年路",
    "工农路",
    "园林路",
    "崇文路",
    "学田路",
    "望海路",
    "临江路",
    "新港路",
    "创新路",
    "世纪大道",
    "通海路",
    "滨湖路",
    "朝阳路",
    "建设路",
    "南园路",
    "北苑路",
];

/// Customers of leased lines and dark fibre.
const CUSTOMERS: [&str; 10] = [
    "示例银行",
    "示例市第一医院",
    "示例物流",
    "示例电子",
    "示例纺织",
    "示例港务",
    "示例县教育局",
    "示例证券",
    "示例软件园",
    "示例船厂",
];

/// Name of the street in a cell's row or column.
pub(crate) fn street(number: u64) -> &'static str {
    STREETS[(number % STREETS.len() as u64) as usize]
}

/// A customer.
pub(crate) fn customer(number: u64) -> &'static str {
    CUSTOMERS[(number % CUSTOMERS.len() as u64) as usize]
}
