//! What a file is that has no rows, and what a file has too much of.

use std::fmt;

/// A file of another kind, which users confuse with a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OtherFile {
    /// An empty ZIP archive.
    EmptyZip,
    /// A part of a ZIP archive.
    ZipPart,
    /// A workbook of Excel 2.
    Excel2,
    /// A workbook of Excel 3.
    Excel3,
    /// A workbook of Excel 4.
    Excel4,
    /// A PDF document.
    Pdf,
    /// An RTF document.
    Rtf,
    /// A picture.
    Picture,
    /// A gzip archive.
    Gzip,
    /// A 7z archive.
    SevenZip,
    /// A RAR archive.
    Rar,
    /// A bzip2 archive.
    Bzip2,
    /// An xz archive.
    Xz,
    /// A file that a document protection system encrypted.
    Protected,
    /// A SQLite database.
    Sqlite,
    /// An Access database.
    Access,
    /// A SYLK workbook (.slk).
    Sylk,
    /// A text in UTF-32.
    Utf32,
    /// A web archive (MHTML).
    WebArchive,
    /// A vCard.
    Vcard,
    /// A DIF table.
    Dif,
    /// An XML spreadsheet of Excel 2003.
    Excel2003Xml,
    /// An XML document.
    Xml,
    /// JSON without objects.
    JsonWithoutObjects,
    /// An Excel binary workbook (.xlsb).
    Xlsb,
    /// A Word document.
    Word,
    /// A presentation.
    Presentation,
    /// A document of Numbers or another Apple program.
    Numbers,
    /// A ZIP archive without a workbook.
    Zip,
    /// A document without sheets.
    OpenDocument,
    /// A Word document (.doc).
    OldWord,
    /// A document without a workbook.
    OleDocument,
}

impl fmt::Display for OtherFile {
    /// Writes the kind with an article.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EmptyZip => "an empty ZIP archive",
            Self::ZipPart => "a part of a ZIP archive",
            Self::Excel2 => "a workbook of Excel 2",
            Self::Excel3 => "a workbook of Excel 3",
            Self::Excel4 => "a workbook of Excel 4",
            Self::Pdf => "a PDF document",
            Self::Rtf => "an RTF document",
            Self::Picture => "a picture",
            Self::Gzip => "a gzip archive",
            Self::SevenZip => "a 7z archive",
            Self::Rar => "a RAR archive",
            Self::Bzip2 => "a bzip2 archive",
            Self::Xz => "an xz archive",
            Self::Protected => "a file that a document protection system encrypted",
            Self::Sqlite => "a SQLite database",
            Self::Access => "an Access database",
            Self::Sylk => "a SYLK workbook (.slk)",
            Self::Utf32 => "a text in UTF-32",
            Self::WebArchive => "a web archive (MHTML)",
            Self::Vcard => "a vCard",
            Self::Dif => "a DIF table",
            Self::Excel2003Xml => "an XML spreadsheet of Excel 2003",
            Self::Xml => "an XML document",
            Self::JsonWithoutObjects => "JSON without objects",
            Self::Xlsb => "an Excel binary workbook (.xlsb)",
            Self::Word => "a Word document",
            Self::Presentation => "a presentation",
            Self::Numbers => "a document of Numbers or another Apple program",
            Self::Zip => "a ZIP archive without a workbook",
            Self::OpenDocument => "a document without sheets",
            Self::OldWord => "a Word document (.doc)",
            Self::OleDocument => "a document without a workbook",
        })
    }
}

/// What a file can have too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Quantity {
    /// Bytes from a pipe.
    PipedBytes,
    /// Cell styles.
    Styles,
    /// Shared texts.
    Texts,
    /// Rows.
    Rows,
    /// Cells.
    Cells,
    /// Bytes in the merged cells of one row.
    MergedBytes,
    /// Merged cells.
    MergedCells,
    /// Sheets.
    Sheets,
    /// Merged ranges.
    MergedRanges,
    /// Bytes in its sheets.
    SheetBytes,
    /// Relations.
    Relations,
}

impl fmt::Display for Quantity {
    /// Writes the name in the plural.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PipedBytes => "bytes from a pipe",
            Self::Styles => "cell styles",
            Self::Texts => "shared texts",
            Self::Rows => "rows",
            Self::Cells => "cells",
            Self::MergedBytes => "bytes in the merged cells of one row",
            Self::MergedCells => "merged cells",
            Self::Sheets => "sheets",
            Self::MergedRanges => "merged ranges",
            Self::SheetBytes => "bytes in its sheets",
            Self::Relations => "relations",
        })
    }
}
