using System.Globalization;
using System.Text.RegularExpressions;
using Valkeyrie.Embedded.Files;

namespace Valkeyrie.Embedded;

/// <summary>The database of an address, and the bounds of its history.</summary>
/// <param name="File">The full path of the file; empty for a database in memory.</param>
/// <param name="Options">The bounds.</param>
internal sealed record EmbeddedAddress(string File, EmbeddedOptions Options)
{
    public bool IsMemory => File.Length == 0;

    /// <summary>Parses <c>FILE?history=REVISIONS&amp;age=TIME</c>. Without a file: the default file, or a store in memory with its scheme.</summary>
    public static EmbeddedAddress Parse(KvAddress address)
    {
        var (file, query) = address.SplitSettings();
        var options = query.Split('&', StringSplitOptions.RemoveEmptyEntries).Aggregate(new EmbeddedOptions(), Apply);
        if (address.Scheme != EmbeddedStore.MemoryScheme)
        {
            return OfFile(file, options);
        }

        return file.Length == 0
            ? new EmbeddedAddress("", options)
            : throw new KvInvalidArgumentException($"A store in memory has no name, but '{file}' was specified. Specify '{EmbeddedStore.MemoryScheme}:' only.");
    }

    /// <summary>Creates the address of a file; empty for the default file.</summary>
    public static EmbeddedAddress OfFile(string file, EmbeddedOptions options)
    {
        if (file.Contains('\0', StringComparison.Ordinal))
        {
            throw new KvInvalidArgumentException("The path of the file must not contain a NUL character.");
        }

        var path = Path.GetFullPath(file.Length > 0 ? file : DefaultFile.GetPath());
        return OperatingSystem.IsWindows() && WindowsPath.FaultIn(path) is { } fault
            ? throw new KvInvalidArgumentException($"'{file}' {fault}. Specify the path of a file.")
            : new EmbeddedAddress(path, options);
    }

    public KvStoreInfo ToInfo(KvStoreOptions options) => IsMemory
        ? new KvStoreInfo(EmbeddedStore.MemoryScheme, EmbeddedStore.MemoryScheme + ":", [EmbeddedStore.MemoryScheme + ":"], options.Namespace, null, EmbeddedEngine.Promises)
        : new KvStoreInfo(EmbeddedStore.FileScheme, $"{EmbeddedStore.FileScheme}:{File}", [File], options.Namespace, null, EmbeddedEngine.Promises);

    private static EmbeddedOptions Apply(EmbeddedOptions options, string setting)
    {
        var (name, value) = setting.Split('=', 2) is [var left, var right] ? (left, right) : (setting, "");
        return name switch
        {
            "history" when long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var revisions) => options with { HistoryRevisions = revisions },
            "age" when TryParseTime(value, out var age) => options with { HistoryAge = age },
            "history" or "age" => throw new KvInvalidArgumentException($"'{setting}' is not valid. Specify the history as a number of revisions, and the age as in '90s', '30m', '24h' or '7d'."),
            _ => throw new KvInvalidArgumentException($"'{name}' is not a setting of the embedded store. The settings are 'history' and 'age'."),
        };
    }

    private static bool TryParseTime(string text, out TimeSpan time)
    {
        var match = Regex.Match(text, "^([0-9]{1,9})([smhd])$", RegexOptions.CultureInvariant);
        var count = match.Success ? double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0;
        time = match.Groups[2].Value switch
        {
            "s" => TimeSpan.FromSeconds(count),
            "m" => TimeSpan.FromMinutes(count),
            "h" => TimeSpan.FromHours(count),
            "d" => TimeSpan.FromDays(Math.Min(count, TimeSpan.MaxValue.TotalDays - 1)),
            _ => default,
        };
        return match.Success;
    }
}
