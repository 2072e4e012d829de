//! The macro that generates the table of member fields in [`fields`](super::fields).
//!
//! One row of the table defines one field. This is the complete syntax of a row; every line below the second is optional:
//!
//! ```text
//! /// A summary of the field, in one line.
//! wire_name(ARGUMENT) {                    the setters' argument, such as `impl Into<String>`; `()` for no setter
//!     Variant "中文名" [1..=64 characters] Personal;   [limit] or [], then the sensitivity
//!     key UserId;                          the field identifies the member: in `NewMember` and `Member`, without a wrapper
//!     required String;                     a field of `NewMember` that its constructor takes
//!     create Option<String>;               a field of `NewMember`, with a setter
//!     update Option<String>;               a field of `MemberPatch` that cannot be emptied, with a setter
//!     clearable Patch<String>;             a field of `MemberPatch` that can be emptied, with a setter
//!     read Seen<String>;                   a field of `Member`
//!     import name: String { Column "表头" Clears }    a field of `ImportMember` with its column: the heading in WeCom's
//!                                          template, and the effect of an empty cell; `or Other "heading"` is a second spelling
//! }
//! ```
//!
//! Each keyword can be followed by attributes and more documentation for the field in that struct:
//! `create #[serde(default, with = "json_fields::flag")] Option<bool>;`. The order of the rows is the order of the keys
//! in JSON.

/// Generates the structs with their setters and `Debug`, the enum of fields and the enum of import columns.
macro_rules! member_fields {
    (
        $(#[$new_doc:meta])*
        create $New:ident;
        $(#[$patch_doc:meta])*
        update $Patch:ident;
        $(#[$member_doc:meta])*
        read $Member:ident;
        $(#[$import_doc:meta])*
        import $Import:ident;
        $(#[$field_doc:meta])*
        fields $Fields:ident;
        $(#[$column_doc:meta])*
        columns $Columns:ident;
        $(
            #[doc = $doc:literal]
            $field:ident $argument:tt {
                $Field:ident $chinese:literal $limit:tt $sensitivity:ident;
                $(key $(#[$key_attr:meta])* $key:ty;)?
                $(required $(#[$required_attr:meta])* $required:ty;)?
                $(create $(#[$create_attr:meta])* Option<$create:ty>;)?
                $(update $(#[$update_attr:meta])* Option<$update:ty>;)?
                $(clearable $(#[$clearable_attr:meta])* Patch<$clearable:ty>;)?
                $(read $(#[$read_attr:meta])* Seen<$read:ty>;)?
                $(import $(#[$import_attr:meta])* $import:ident: $import_type:ty {
                    $Column:ident $heading:literal $empty:ident $(or $Other:ident $other_heading:literal)?
                })?
            }
        )+
    ) => {
        $(#[$new_doc])*
        #[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[non_exhaustive]
        #[must_use]
        pub struct $New {
            $(
                $(
                    #[doc = $doc]
                    #[doc = limit_in_words!($limit)]
                    $(#[$key_attr])*
                    pub $field: $key,
                )?
                $(
                    #[doc = $doc]
                    #[doc = limit_in_words!($limit)]
                    $(#[$required_attr])*
                    pub $field: $required,
                )?
                $(
                    #[doc = $doc]
                    #[doc = limit_in_words!($limit)]
                    $(#[$create_attr])*
                    #[serde(skip_serializing_if = "Option::is_none")]
                    pub $field: Option<$create>,
                )?
            )+
        }

        impl $New {
            /// The fields that a creation can contain.
            pub const FIELDS: &'static [$Fields] = &[$(
                $(only!($key => $Fields::$Field),)?
                $(only!($required => $Fields::$Field),)?
                $(only!($create => $Fields::$Field),)?
            )+];

            $($(
                setter! { "Sets", $chinese, $field $argument as $create }
            )?)+
        }

        impl fmt::Debug for $New {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($New))
                    $(
                        $(.field(stringify!($field), shown!($sensitivity $key, &self.$field)))?
                        $(.field(stringify!($field), shown!($sensitivity $required, &self.$field)))?
                        $(.field(stringify!($field), shown!($sensitivity $create, &self.$field)))?
                    )+
                    .finish()
            }
        }

        $(#[$patch_doc])*
        #[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[non_exhaustive]
        #[must_use]
        pub struct $Patch {
            $(
                $(
                    #[doc = $doc]
                    #[doc = limit_in_words!($limit)]
                    $(#[$update_attr])*
                    #[serde(skip_serializing_if = "Option::is_none")]
                    pub $field: Option<$update>,
                )?
                $(
                    #[doc = $doc]
                    #[doc = limit_in_words!($limit)]
                    $(#[$clearable_attr])*
                    #[serde(skip_serializing_if = "Patch::is_keep")]
                    pub $field: Patch<$clearable>,
                )?
            )+
        }

        impl $Patch {
            /// The fields that an update can change.
            pub const FIELDS: &'static [$Fields] = &[$(
                $(only!($update => $Fields::$Field),)?
                $(only!($clearable => $Fields::$Field),)?
            )+];

            /// The fields that an update can empty, with [`Clear`](crate::Clear).
            pub const CLEARABLE: &'static [$Fields] = &[$($(only!($clearable => $Fields::$Field),)?)+];

            $(
                $(
                    setter! { "Sets", $chinese, $field $argument as $update }
                )?
                $(
                    setter! { "Sets or empties", $chinese, $field (impl Into<Patch<$clearable>>) as $clearable }
                )?
            )+
        }

        impl fmt::Debug for $Patch {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($Patch))
                    $(
                        $(.field(stringify!($field), shown!($sensitivity $update, &self.$field)))?
                        $(.field(stringify!($field), shown!($sensitivity $clearable, &self.$field)))?
                    )+
                    .finish()
            }
        }

        $(#[$member_doc])*
        #[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[non_exhaustive]
        pub struct $Member {
            $(
                $(
                    #[doc = $doc]
                    #[doc = limit_in_words!($limit)]
                    $(#[$key_attr])*
                    pub $field: $key,
                )?
                $(
                    #[doc = $doc]
                    #[doc = limit_in_words!($limit)]
                    #[doc = sensitivity_in_words!($sensitivity)]
                    $(#[$read_attr])*
                    #[serde(skip_serializing_if = "Seen::is_hidden")]
                    pub $field: Seen<$read>,
                )?
            )+
        }

        impl $Member {
            /// The fields that a reply can contain.
            pub const FIELDS: &'static [$Fields] = &[$(
                $(only!($key => $Fields::$Field),)?
                $(only!($read => $Fields::$Field),)?
            )+];

            /// Returns the value of a field in the reply. A field that replies do not contain is hidden.
            pub fn value(&self, field: $Fields) -> Seen<FieldValue<'_>> {
                match field {
                    $(
                        $($Fields::$Field => Seen::Known(FieldValue::from(only!($key => &self.$field))),)?
                        $($Fields::$Field => only!($read => self.$field.as_ref()).map(FieldValue::from),)?
                    )+
                    _ => Seen::Hidden,
                }
            }
        }

        impl fmt::Debug for $Member {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($Member))
                    $(
                        $(.field(stringify!($field), shown!($sensitivity $key, &self.$field)))?
                        $(.field(stringify!($field), shown!($sensitivity $read, &self.$field)))?
                    )+
                    .finish()
            }
        }

        $(#[$import_doc])*
        #[derive(Clone, Default, PartialEq, Eq)]
        #[non_exhaustive]
        #[must_use]
        pub struct $Import {
            $($(
                #[doc = $doc]
                #[doc = limit_in_words!($limit)]
                $(#[$import_attr])*
                pub $import: $import_type,
            )?)+
            /// The custom attributes (扩展属性), in the order of the file's extra columns. `None` and missing entries
            /// leave the attribute unchanged.
            pub extra: Vec<Option<String>>,
            /// The columns of the file whose fields this row leaves unchanged.
            pub kept: MemberColumns,
        }

        impl $Import {
            $($(
                setter! { "Sets", $chinese, $import $argument as $import_type, in $Column }
            )?)+

            /// Reads a cell into its field. On error, the field is unchanged and the text says what the cell should have
            /// been.
            pub(crate) fn read(&mut self, column: $Columns, cell: &str) -> Result<(), $crate::imports::WantedCell> {
                match column {
                    $($(
                        $Columns::$Column $(| $Columns::$Other)? => self.$import = CellValue::read(cell, column)?,
                    )?)+
                }
                Ok(())
            }

            /// Returns the cell of a field that is written as plain text.
            #[inline]
            pub(crate) fn text(&self, column: $Columns) -> Option<&str> {
                match column {
                    $($(
                        $Columns::$Column $(| $Columns::$Other)? => CellValue::text(&self.$import, column),
                    )?)+
                }
            }

            /// Appends the cell to `out`.
            pub(crate) fn spell(&self, column: $Columns, out: &mut String) {
                match column {
                    $($(
                        $Columns::$Column $(| $Columns::$Other)? => CellValue::spell(&self.$import, column, out),
                    )?)+
                }
            }

            /// Copies the fields of a reply. Hidden fields become empty.
            pub(crate) fn of(member: &$Member) -> Self {
                Self {
                    $($(
                        $import: <$import_type as CellValue>::of(&member.$field),
                    )?)+
                    extra: Vec::new(),
                    kept: MemberColumns::default(),
                }
            }
        }

        impl fmt::Debug for $Import {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($Import))
                    $($(.field(stringify!($import), shown!($sensitivity $import_type, &self.$import)))?)+
                    .field("extra", &Masked::plain(&self.extra))
                    .field("kept", &self.kept)
                    .finish()
            }
        }

        $(#[$field_doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $Fields {
            $(
                #[doc = concat!("`", stringify!($field), "`:")]
                #[doc = $doc]
                $Field,
            )+
        }

        impl $Fields {
            /// All fields, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$Field,)+];

            /// Returns the key in JSON.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$Field => stringify!($field),)+
                }
            }

            /// Returns the Chinese name, as in WeCom's console or pages.
            pub const fn chinese(self) -> &'static str {
                match self {
                    $(Self::$Field => $chinese,)+
                }
            }

            /// Returns the limit, if WeCom's pages state one.
            pub const fn limit(self) -> Option<Limit> {
                match self {
                    $(Self::$Field => limit!($limit),)+
                }
            }

            /// Returns who can see the value.
            pub const fn sensitivity(self) -> Sensitivity {
                match self {
                    $(Self::$Field => Sensitivity::$sensitivity,)+
                }
            }

            /// Returns the column of an import file.
            pub const fn column(self) -> Option<$Columns> {
                match self {
                    $($(Self::$Field => Some($Columns::$Column),)?)+
                    _ => None,
                }
            }
        }

        $(#[$column_doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $Columns {
            $($(
                #[doc = concat!("`", $heading, "`:")]
                #[doc = $doc]
                $(#[$import_attr])*
                $Column,
                $(
                    #[doc = concat!("`", $other_heading, "`: the spelling of `", $heading, "` in the API and in exports.")]
                    ///
                    /// Files are read with this heading, and written with the other one. WeCom's template lacks it, so
                    /// [`ALL`](Self::ALL) omits it.
                    $Other,
                )?
            )?)+
        }

        impl $Columns {
            /// The number of columns that a file can have.
            pub(crate) const COUNT: usize = [$($(stringify!($Column),)?)+].len();

            /// Returns the heading in WeCom's template.
            pub const fn heading(self) -> &'static str {
                match self {
                    $($(
                        Self::$Column => $heading,
                        $(Self::$Other => $other_heading,)?
                    )?)+
                }
            }

            /// Returns the field of the column.
            pub const fn field(self) -> $Fields {
                match self {
                    $($(Self::$Column $(| Self::$Other)? => $Fields::$Field,)?)+
                }
            }

            /// Returns the effect of an empty cell in this column.
            pub const fn empty_cell(self) -> EmptyCell {
                match self {
                    $($(Self::$Column $(| Self::$Other)? => EmptyCell::$empty,)?)+
                }
            }

            /// Returns the column that files use for the field.
            pub(crate) const fn written(self) -> Self {
                match self {
                    $($(Self::$Column $(| Self::$Other)? => Self::$Column,)?)+
                }
            }
        }
    };
}

/// Expands to the code after the arrow if the optional type before it is present.
macro_rules! only {
    ($type:ty => $kept:expr) => {
        $kept
    };
}

/// Expands to the `Debug` form of a field: the value, or only whether it is present.
macro_rules! shown {
    (Shown $type:ty, $value:expr) => {
        $value
    };
    ($sensitivity:ident $type:ty, $value:expr) => {
        &Masked::plain($value)
    };
}

/// Generates a setter with the argument type from the table.
macro_rules! setter {
    ($verb:literal, $chinese:literal, $field:ident () as $type:ty $(, in $Column:ident)?) => {};
    (
        $verb:literal, $chinese:literal,
        $field:ident (impl IntoIterator<Item = impl Into<$item:ty>>) as $type:ty $(, in $Column:ident)?
    ) => {
        #[doc = concat!($verb, " [`", stringify!($field), "`](field@Self::", stringify!($field), ") (", $chinese, ").")]
        pub fn $field<I: Into<$item>>(mut self, $field: impl IntoIterator<Item = I>) -> Self {
            self.$field = $field.into_iter().map(Into::into).collect::<Vec<$item>>().into();
            $(self.kept.remove(MemberColumn::$Column);)?
            self
        }
    };
    (
        $verb:literal, $chinese:literal,
        $field:ident (impl IntoIterator<Item = $item:ty>) as $type:ty $(, in $Column:ident)?
    ) => {
        #[doc = concat!($verb, " [`", stringify!($field), "`](field@Self::", stringify!($field), ") (", $chinese, ").")]
        pub fn $field(mut self, $field: impl IntoIterator<Item = $item>) -> Self {
            self.$field = $field.into_iter().collect::<$type>().into();
            $(self.kept.remove(MemberColumn::$Column);)?
            self
        }
    };
    (
        $verb:literal, $chinese:literal,
        $field:ident (impl Into<$argument:ty>) as $type:ty $(, in $Column:ident)?
    ) => {
        #[doc = concat!($verb, " [`", stringify!($field), "`](field@Self::", stringify!($field), ") (", $chinese, ").")]
        pub fn $field(mut self, $field: impl Into<$argument>) -> Self {
            let value: $argument = $field.into();
            self.$field = value.into();
            $(self.kept.remove(MemberColumn::$Column);)?
            self
        }
    };
    ($verb:literal, $chinese:literal, $field:ident ($argument:ty) as $type:ty $(, in $Column:ident)?) => {
        #[doc = concat!($verb, " [`", stringify!($field), "`](field@Self::", stringify!($field), ") (", $chinese, ").")]
        pub fn $field(mut self, $field: $argument) -> Self {
            self.$field = $field.into();
            $(self.kept.remove(MemberColumn::$Column);)?
            self
        }
    };
}

/// Expands to the limit as a value.
macro_rules! limit {
    ([]) => {
        None
    };
    ([$shortest:literal..=$longest:literal bytes]) => {
        Some(Limit::Bytes { shortest: $shortest, longest: $longest })
    };
    ([$shortest:literal..=$longest:literal characters]) => {
        Some(Limit::Characters { shortest: $shortest, longest: $longest })
    };
    ([$shortest:literal..=$longest:literal items]) => {
        Some(Limit::Items { fewest: $shortest, most: $longest })
    };
}

/// Expands to the limit as a sentence.
macro_rules! limit_in_words {
    ([]) => {
        ""
    };
    ([0..=$longest:literal $unit:ident]) => {
        concat!(" At most ", $longest, " ", stringify!($unit), ".")
    };
    ([$shortest:literal..=$longest:literal $unit:ident]) => {
        concat!(" ", $shortest, "–", $longest, " ", stringify!($unit), ".")
    };
}

/// Expands to the documentation of a field's sensitivity.
macro_rules! sensitivity_in_words {
    (Sensitive) => {
        " *Sensitive*: hidden from apps created after 2022-06-20 20:00."
    };
    ($sensitivity:ident) => {
        ""
    };
}
