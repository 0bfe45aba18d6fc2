using System.Runtime.CompilerServices;
using Valkeyrie.PowerShell.Trees.Formats;

namespace Valkeyrie.PowerShell.Trees;

/// <summary>Determines the format of a file: the requested one, or that of its extension.</summary>
internal static class TreeFormats
{
    /// <summary>Gets the format to read a file.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="format">The requested format; null for that of the extension.</param>
    /// <returns>The format; null for JSON, whose content determines the format.</returns>
    /// <exception cref="KvInvalidArgumentException">The extension is unknown.</exception>
    public static ITreeFormat? ToRead(string path, KvTreeFormat? format) =>
        format is { } asked ? Of(asked, isNamed: true) : IsJson(path) ? null : Of(ByName(path, static _ => true), isNamed: false);

    /// <summary>Gets the format to write a file.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="format">The requested format; null for that of the extension.</param>
    /// <param name="nested">True for a configuration if the extension means JSON.</param>
    /// <param name="typed">True to write numbers, true and false as such.</param>
    /// <exception cref="KvInvalidArgumentException">The extension is unknown, or the format cannot be written, or not with these options.</exception>
    public static IWritableTreeFormat ToWrite(string path, KvTreeFormat? format, bool nested, bool typed)
    {
        var chosen = format ?? (IsJson(path) ? nested ? KvTreeFormat.NestedJson : KvTreeFormat.Json : ByName(path, CanWrite));
        var isNested = chosen is KvTreeFormat.NestedJson or KvTreeFormat.Yaml or KvTreeFormat.PowerShellData;
        if ((nested || typed) && !isNested)
        {
            throw new KvInvalidArgumentException(
                $"{(nested ? "-Nested" : "-Typed")} does not apply to the format {chosen}, which holds one record for each key. The nested formats are {KvTreeFormat.NestedJson}, {KvTreeFormat.Yaml} and {KvTreeFormat.PowerShellData}.");
        }

        return Of(chosen, isNamed: true, typed) as IWritableTreeFormat
            ?? throw new KvInvalidArgumentException($"The format {chosen} can be read but not written. Specify another -Format: {Names(CanWrite)}.");
    }

    /// <summary>Creates a format.</summary>
    /// <param name="format">The format.</param>
    /// <param name="isNamed">True if the user specified the format.</param>
    /// <param name="typed">True to write numbers, true and false as such.</param>
    public static ITreeFormat Of(KvTreeFormat format, bool isNamed, bool typed = false) => format switch
    {
        KvTreeFormat.Csv => NewCsv(),
        KvTreeFormat.JsonLines => new JsonTreeFormat(lines: true),
        KvTreeFormat.NestedJson => new NestedJsonFormat(typed),
        KvTreeFormat.Yaml => NewYaml(typed),
        KvTreeFormat.PowerShellData => new PowerShellDataFormat(typed),
        KvTreeFormat.KeyValue => new KeyValueFormat(),
        KvTreeFormat.EtcdJson => new EtcdJsonFormat(mayLackValues: isNamed),
        KvTreeFormat.ConsulJson => new ConsulJsonFormat(),
        _ => new JsonTreeFormat(),
    };

    /// <summary>True for a name whose extension is that of a format: a directory of a store seldom has such a name, so the user means a file.</summary>
    /// <param name="path">The name.</param>
    public static bool IsNamedLikeFile(string path) => IsJson(path) || Known(path) is not null;

    private static bool IsJson(string path) => Path.GetExtension(path).Equals(".json", StringComparison.OrdinalIgnoreCase);

    private static KvTreeFormat ByName(string path, Func<KvTreeFormat, bool> suits) => Known(path) ?? throw new KvInvalidArgumentException(
        $"The format of the file '{path}' is unknown: its extension is not .json, .jsonl, .csv, .yaml, .psd1 or .env. Specify -Format: {Names(suits)}.");

    private static string Names(Func<KvTreeFormat, bool> suits) => string.Join(", ", Enum.GetValues<KvTreeFormat>().Where(suits));

    private static bool CanWrite(KvTreeFormat format) => Of(format, isNamed: true) is IWritableTreeFormat;

    private static KvTreeFormat? Known(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".CSV" => KvTreeFormat.Csv,
        ".JSONL" or ".NDJSON" => KvTreeFormat.JsonLines,
        ".YAML" or ".YML" => KvTreeFormat.Yaml,
        ".PSD1" => KvTreeFormat.PowerShellData,
        ".ENV" => KvTreeFormat.KeyValue,
        _ => null,
    };

    // A separate method, so a library is loaded only if a file of its format is read or written.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static CsvTreeFormat NewCsv() => new();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static YamlFormat NewYaml(bool typed) => new(typed);
}
