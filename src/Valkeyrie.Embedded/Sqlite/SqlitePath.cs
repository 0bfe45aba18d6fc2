using System.Globalization;
using System.Text;

namespace Valkeyrie.Embedded.Sqlite;

/// <summary>Converts paths to SQLite's form.</summary>
internal static class SqlitePath
{
    private const int LongestOfWindows = 259;
    private const string LongestEnding = "-journal";
    private const string Verbatim = @"\\?\";

    /// <summary>Returns the name with which SQLite opens a file.</summary>
    /// <param name="file">The full path.</param>
    /// <param name="isWindows">True for a Windows path. A long one needs a prefix, which .NET adds automatically and SQLite does not.</param>
    public static string Of(string file, bool isWindows) =>
        isWindows && file.Length + LongestEnding.Length > LongestOfWindows && file.Length > 2 && file[1] == ':' ? Verbatim + file : file;

    /// <summary>Returns the URI with which SQLite reads only the file, without its log and without locks.</summary>
    /// <param name="file">The full path.</param>
    /// <param name="isWindows">True for a Windows path. SQLite drops the slash before its drive or prefix.</param>
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
