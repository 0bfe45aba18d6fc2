using System.Globalization;
using System.Text;

namespace Valkeyrie.Embedded.Sqlite;

/// <summary>Paths as SQLite wants them.</summary>
internal static class SqlitePath
{
    private const int LongestOfWindows = 259;
    private const string LongestEnding = "-journal";
    private const string Verbatim = @"\\?\";

    /// <summary>The name by which SQLite opens a file.</summary>
    /// <param name="file">Its full path.</param>
    /// <param name="isWindows">True for a path of Windows, which takes a long one only with a mark before it. .NET sets that by itself, SQLite does not.</param>
    public static string Of(string file, bool isWindows) =>
        isWindows && file.Length + LongestEnding.Length > LongestOfWindows && file.Length > 2 && file[1] == ':' ? Verbatim + file : file;

    /// <summary>The address by which SQLite reads a file as it lies there: without its log and without locks.</summary>
    /// <param name="file">Its full path.</param>
    /// <param name="isWindows">True for a path of Windows. SQLite drops the slash before its drive, or before its mark.</param>
    public static string Immutable(string file, bool isWindows)
    {
        var uri = new StringBuilder("file://");
        foreach (var part in Encoding.UTF8.GetBytes(isWindows ? "/" + Of(file, isWindows) : file))
        {
            _ = char.IsAsciiLetterOrDigit((char)part) || part is (byte)'/' or (byte)'.' or (byte)':'
                ? uri.Append((char)part)
                : uri.Append('%').Append(part.ToString("x2", CultureInfo.InvariantCulture));
        }

        return uri.Append("?immutable=1").ToString();
    }
}
