"""What can be wrong with a project list as a file (表格文件错误), before any of its rows is looked at."""

from __future__ import annotations

from states.exceptions import JiugaiError, Kind


class SpreadsheetMissing(JiugaiError):
    """There is no file at the path. Data: `path`."""

    code = "spreadsheet_missing"
    kind = Kind.missing
    zh = "找不到文件 {path}。请检查路径和文件名。"
    en = "There is no file {path}. Check the path and the name."


class SpreadsheetUnreadable(JiugaiError):
    """The operating system refuses to hand out the file. Data: `path`, `reason`."""

    code = "spreadsheet_unreadable"
    kind = Kind.failure
    zh = "文件 {path} 打不开（{reason}）。请关闭正在使用它的程序，或请系统管理员检查读取权限。"
    en = "The file {path} cannot be opened ({reason}). Close the program that holds it, or ask the administrator."


class SpreadsheetUnrecognised(JiugaiError):
    """The content is no spreadsheet, whatever the extension says. Data: `name`, `looks_zh`, `looks_en`."""

    code = "spreadsheet_unrecognised"
    kind = Kind.invalid
    zh = "{name} 不是表格文件，内容是{looks_zh}。请用 Excel 或 WPS 打开，“另存为” .xlsx 后再导入。"
    en = "{name} is not a spreadsheet; it is {looks_en}. Open it in Excel or WPS, save it as .xlsx, and import that."


class SpreadsheetTooLarge(JiugaiError):
    """More bytes than are read, packed or unpacked. Data: `name`, `size_mb`, `limit_mb`."""

    code = "spreadsheet_too_large"
    kind = Kind.invalid
    zh = "{name} 太大（{size_mb} MB，上限 {limit_mb} MB）。请删去图片和无关的工作表，或分成几个文件导入。"
    en = "{name} is too large ({size_mb} MB, limit {limit_mb} MB). Remove pictures and unrelated sheets, or split it."


class SpreadsheetTooLong(JiugaiError):
    """More rows or columns than are read. Data: `name`, `sheet`, `rows`, `columns`, `max_rows`, `max_columns`."""

    code = "spreadsheet_too_long"
    kind = Kind.invalid
    zh = (
        "{name} 的“{sheet}”用到了第 {rows} 行、第 {columns} 列，上限是 {max_rows} 行、{max_columns} 列。"
        "请删除表格下方和右侧多余的行列，或分成几个文件导入。"
    )
    en = (
        "Sheet '{sheet}' of {name} reaches row {rows}, column {columns}; the limit is {max_rows} rows and "
        "{max_columns} columns. Delete the surplus rows and columns, or split the file."
    )


class SpreadsheetEncrypted(JiugaiError):
    """The workbook wants a password. Data: `name`."""

    code = "spreadsheet_encrypted"
    kind = Kind.invalid
    zh = "{name} 设了打开密码，读不出内容。请在 Excel 或 WPS 中取消密码后再导入；没有密码请问制表人。"
    en = "{name} is protected by a password. Remove it in Excel or WPS first; ask its author for the password."


class SpreadsheetBroken(JiugaiError):
    """It starts like a spreadsheet and cannot be read to its end. Data: `name`, `place_zh`, `place_en`."""

    code = "spreadsheet_broken"
    kind = Kind.invalid
    zh = "{name} 已损坏或不完整{place_zh}。请重新下载，或用 Excel、WPS 修复并另存为 .xlsx；不行请向制表人索取。"
    en = "{name} is damaged or incomplete{place_en}. Fetch it again, or repair it in Excel and save it as .xlsx."


class SpreadsheetEmpty(JiugaiError):
    """Not one filled cell. Data: `name`."""

    code = "spreadsheet_empty"
    kind = Kind.invalid
    zh = "{name} 是空的，没有任何内容。请检查是否选错了文件。"
    en = "{name} is empty. Check that it is the right file."


class SpreadsheetEncodingUnknown(JiugaiError):
    """A text file in neither UTF-8 nor GB18030. Data: `name`."""

    code = "spreadsheet_encoding_unknown"
    kind = Kind.invalid
    zh = "{name} 的文字编码无法识别（只认 UTF-8 和 GB18030）。请用 Excel 或 WPS 打开，另存为 .xlsx 后再导入。"
    en = "The encoding of {name} is neither UTF-8 nor GB18030. Open it in Excel or WPS and save it as .xlsx."


class ColumnMissing(JiugaiError):
    """The list lacks columns that nothing else can supply. Data: `missing_zh`, `missing_en`, `found`."""

    code = "column_missing"
    kind = Kind.invalid
    zh = "表格缺少必需的列：{missing_zh}。表头里找到的列是：{found}。请改正表头，或导出模板对照。"
    en = "The list lacks required columns: {missing_en}. Found: {found}. Correct the heading; the template shows it."


class ColumnUnitMissing(JiugaiError):
    """Nothing says in what unit a money column is. Data: `column`."""

    code = "column_unit_missing"
    kind = Kind.invalid
    zh = "“{column}”列没有写单位。请把表头改为“{column}（万元）”或“{column}（元）”后再导入。"
    en = "Column '{column}' names no unit. Write '{column} (万元)' or '{column} (元)' in its heading."


class FileNotWritten(JiugaiError):
    """A file could not be written; what stood at the path before is untouched. Data: `path`, `reason`."""

    code = "file_not_written"
    kind = Kind.failure
    zh = "文件 {path} 没有写成（{reason}），原有文件未改动。请换一个文件夹，或请系统管理员检查写入权限。"
    en = "The file {path} was not written ({reason}); an earlier file is untouched. Choose another folder."


class DiskFull(FileNotWritten):
    """No room on the disk, or a quota is used up. Data: `path`, `reason`."""

    code = "disk_full"
    zh = "磁盘空间不足或超出配额，文件 {path} 没有写成，原有文件未改动。请清理空间后重试，或请系统管理员扩容。"
    en = "The disk is full or a quota is used up: {path} was not written, an earlier file is untouched. Free space."
