//! The tables in use: versions and products.

use linewright_catalog::Catalog;

use super::figures::pad;
use super::words::Lang;

/// Versions, products and their access solutions.
pub fn render(catalog: &Catalog, lang: Lang) -> String {
    let versions = catalog.versions();
    let mut out = String::new();
    let tables = [
        ("prices.toml", lang.pick("prices", "价格"), &versions.prices),
        ("optics.toml", lang.pick("optics", "光学"), &versions.optics),
        ("products.toml", lang.pick("products", "产品"), &versions.products),
        ("policy.toml", lang.pick("policy", "策略"), &versions.policy),
    ];
    for (file, name, version) in tables {
        out.push_str(&format!("{}{}{version}\n", pad(file, 16), pad(name, 12)));
    }
    out.push('\n');
    for product in &catalog.products().product {
        let [least, most] = product.bandwidth;
        let access: Vec<&str> = product.access.iter().map(|technology| lang.technology(*technology)).collect();
        let name = lang.pick(&product.name.en, &product.name.zh);
        let range = format!("{least} – {most}");
        out.push_str(&format!("{}{}{}{}\n", pad(&product.code, 12), pad(name, 28), pad(&range, 14), access.join(", ")));
    }
    out
}
