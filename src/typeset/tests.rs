//! Documents to pages and to PDFs.

use expect_test::{Expect, expect};

use super::{flow::Page, layout::Layout, *};
use crate::{clock::Timestamp, language::Language};

fn document(blocks: Vec<Block>) -> Document {
    Document {
        about: About {
            title: "Danh sách đại biểu".to_owned(),
            author: "Ủy ban nhân dân tỉnh".to_owned(),
            language: Language::Vietnamese,
            written_at: Timestamp::from_millis(1_634_612_400_000),
        },
        paper: Paper::Upright,
        running: Running { numbered: true, foot_end: "Trang \u{e000}/\u{e001}".to_owned(), ..Running::default() },
        blocks,
    }
}

/// The pages of a height that holds so many lines of the style [`Style::Cell`] without anything between them.
fn pages(lines: f32, blocks: &[Block]) -> Vec<Vec<String>> {
    let slabs = Layout::new().slabs(blocks, mm(165.0));
    let height = lines * font::line_height(Style::Cell.look().size, 1.0);
    flow::pages(slabs, height).iter().map(Page::text).collect()
}

fn check(lines: f32, blocks: &[Block], expected: Expect) {
    let pages = pages(lines, blocks);
    expected.assert_eq(&pages.iter().map(|page| format!("{}\n", page.join(" / "))).collect::<String>());
}

fn cell(text: &str) -> Block {
    Paragraph::new(Style::Cell, text).into()
}

fn numbers(rows: usize) -> Table {
    let columns = ["Số", "Tên"].map(|head| Column::new(head, Width::Share(1.0), Align::Left));
    let row = |at: usize| Row::plain([format!("{at}"), format!("hàng {at}")]);
    Table { columns: columns.into(), rows: (1..=rows).map(row).collect() }
}

#[test]
fn a_table_goes_on_under_its_head_and_leaves_no_row_alone() {
    check(
        8.0,
        &[cell("Trước"), numbers(8).into()],
        expect![[r#"
            Trước / Số / Tên / 1 / hàng 1 / 2 / hàng 2 / 3 / hàng 3 / 4 / hàng 4
            Số / Tên / 5 / hàng 5 / 6 / hàng 6 / 7 / hàng 7 / 8 / hàng 8
        "#]],
    );
    // A head with one row at the end of a page is no beginning, a single row on the next is no end.
    check(
        8.0,
        &[cell("1"), cell("2"), cell("3"), cell("4"), cell("5"), numbers(6).into()],
        expect![[r#"
            1 / 2 / 3 / 4 / 5
            Số / Tên / 1 / hàng 1 / 2 / hàng 2 / 3 / hàng 3 / 4 / hàng 4
            Số / Tên / 5 / hàng 5 / 6 / hàng 6
        "#]],
    );
}

#[test]
fn what_says_what_rows_are_of_stays_with_the_first_of_them() {
    let mut table = numbers(6);
    table.rows.insert(4, Row::group("Huyện Lâm Bình", 2));
    check(
        7.0,
        &[table.into()],
        expect![[r#"
            Số / Tên / 1 / hàng 1 / 2 / hàng 2 / 3 / hàng 3 / 4 / hàng 4
            Số / Tên / Huyện Lâm Bình / 5 / hàng 5 / 6 / hàng 6
        "#]],
    );
}

#[test]
fn a_row_higher_than_a_page_is_parted_between_lines() {
    let mut table = numbers(1);
    table.rows[0] = Row::plain(["1", "a\nb\nc\nd\ne\nf\ng\nh"]);
    check(
        6.0,
        &[table.into()],
        expect![[r#"
            Số / Tên / 1 / a / b / c / d
            Số / Tên / e / f / g / h
        "#]],
    );
}

#[test]
fn a_heading_is_not_left_behind_and_a_paragraph_not_torn_at_one_line() {
    let text = "một\nhai\nba\nbốn";
    check(
        6.0,
        &[cell("a"), cell("b"), cell("c"), cell("d"), Paragraph::new(Style::Cell, "Tiêu đề").kept().into(), cell(text)],
        expect![[r#"
            a / b / c / d
            Tiêu đề / một / hai / ba / bốn
        "#]],
    );
    check(
        5.0,
        &[cell("a"), cell("b"), cell(text)],
        expect![[r#"
            a / b / một / hai
            ba / bốn
        "#]],
    );
    check(
        5.0,
        &[cell("a"), cell("b"), cell("một\nhai\nba")],
        expect![[r#"
            a / b / một / hai / ba
        "#]],
    );
    check(
        5.0,
        &[cell("a"), cell("b"), cell("c"), cell("một\nhai\nba")],
        expect![[r#"
            a / b / c
            một / hai / ba
        "#]],
    );
}

#[test]
fn signatures_have_the_last_two_lines_with_them() {
    let signature = Block::Beside(vec![
        Side { width: Width::Share(1.0), blocks: vec![cell("THƯ KÝ"), cell("A")] },
        Side { width: Width::Share(1.0), blocks: vec![cell("CHỦ TỌA"), cell("B")] },
    ]);
    check(
        6.0,
        &[cell("a"), cell("b"), Paragraph::new(Style::Cell, "một\nhai\nba\nbốn").kept().into(), signature],
        expect![[r#"
            a / b / một / hai
            ba / bốn / THƯ KÝ / A / CHỦ TỌA / B
        "#]],
    );
}

#[test]
fn signatures_have_the_last_rows_of_a_table_with_them_over_the_space_between() {
    let signature = Block::Beside(vec![Side { width: Width::Share(1.0), blocks: vec![cell("THƯ KÝ"), cell("A")] }]);
    let pages = pages(8.0, &[numbers(6).into(), Block::Space(1.0), signature]);
    assert_eq!(pages.last().unwrap(), &["Số", "Tên", "5", "hàng 5", "6", "hàng 6", "THƯ KÝ", "A"]);
}

#[test]
fn a_heading_keeps_its_table_over_the_space_between() {
    let blocks =
        [cell("a"), cell("b"), Paragraph::new(Style::Heading, "I.").into(), Block::Space(1.0), numbers(2).into()];
    assert_eq!(pages(7.5, &blocks).last().unwrap()[0], "I.");
}

#[test]
fn papers_in_one_file_each_count_their_own_pages() {
    let blocks = [cell("a"), cell("b"), cell("c"), Block::NewPage, cell("d")];
    let pages = flow::pages(Layout::new().slabs(&blocks, mm(165.0)), 2.5 * font::line_height(12.0, 1.0));
    assert_eq!(flow::numbers(&pages, true), [(1, 2), (2, 2), (1, 1)]);
    assert_eq!(flow::numbers(&pages, false), [(1, 3), (2, 3), (3, 3)]);
}

#[test]
fn a_document_without_anything_is_one_page() {
    assert_eq!(pages(10.0, &[]).len(), 1);
    assert_eq!(pages(10.0, &[Block::NewPage, cell("a"), Block::NewPage, cell("b"), Block::NewPage]).len(), 3);
    assert!(to_pdf(&document(Vec::new())).is_ok());
}

#[test]
fn the_same_document_is_the_same_bytes_and_says_what_it_is() {
    let blocks = || vec![Paragraph::new(Style::Title, "BIÊN BẢN").into(), numbers(200).into()];
    let (one, two) = (to_pdf(&document(blocks())).unwrap(), to_pdf(&document(blocks())).unwrap());
    assert!(one == two);
    let text = String::from_utf8_lossy(&one);
    assert!(text.starts_with("%PDF-1.7"));
    for mark in ["pdfaid:part>2<", "pdfaid:conformance>A<", "pdfuaid:part>1<", "2021-10-19T03:00:00"] {
        assert!(text.contains(mark), "{mark}");
    }
}

#[test]
fn no_text_stops_the_printing() {
    let hostile = [
        "",
        " ",
        "\n\n\n",
        "\u{0}\u{7}\u{1b}",
        "\u{feff}\u{fffe}\u{ffff}\u{e000}\u{10ffff}",
        "\u{202e}\u{200f}שלום عربي 田中 👩‍👩‍👧 \u{301}\u{301}\u{301}",
        "=cmd|'/c calc'!A1",
        "e\u{323}\u{302}\u{306}\u{315}\u{35c}",
        "\u{1100}\u{1161} नमस्ते ကြ ไทย",
        &"a\u{301}".repeat(3_000),
        &"Ệ ".repeat(3_000),
    ];
    for text in hostile {
        let columns = (0..3).map(|_| Column::new(text, Width::Share(1.0), Align::Centre)).collect();
        let table = Table { columns, rows: vec![Row::plain([text, text, text]), Row::group(text, 3)] };
        let mut blocks: Vec<Block> = Style::ALL.iter().map(|style| Paragraph::new(*style, text).into()).collect();
        blocks.push(table.into());
        blocks.push(Block::RuleOf(Paragraph::new(Style::Body, text)));
        blocks.push(Block::Qr(Qr { text: text.to_owned(), mm: 20.0, align: Align::Right, alt: text.to_owned() }));
        let mut document = document(blocks);
        document.about.author = text.to_owned();
        document.running.warning = text.to_owned();
        to_pdf(&document).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    }
}
