using System.Runtime.CompilerServices;
using Valkeyrie.PowerShell.Trees.Formats;

namespace Valkeyrie.PowerShell.Trees;

/// <summary>Which format a file has: what is asked for, or what its name ends with.</summary>
internal static class TreeFormats
{
    private static readonly string All = string.Join(", ", Enum.GetNames<KvTreeFormat>());

    /// <summary>How to read a file.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="format">The format that is asked for; null to go by the name.</param>
    /// <returns>The format; null for JSON, of which the content is to tell the kind.</returns>
    /// <exception cref="KvInvalidArgumentException">The name tells no format.</exception>
    public static ITreeFormat? ToRead(string path, KvTreeFormat? format) =>
        format is { } asked ? Of(asked, isNamed: true) : IsJson(path) ? null : Of(ByName(path), isNamed: false);

    /// <summary>How to write a file.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="format">The format that is asked for; null to go by the name.</param>
    /// <param name="nested">True for a configuration file, where the name tells JSON.</param>
    /// <param name="typed">True to write numbers and truths as such.</param>
    /// <exception cref="KvInvalidArgumentException">The name tells no format, or the format cannot be written, or not like that.</exception>
    public static IWritableTreeFormat ToWrite(string path, KvTreeFormat? format, bool nested, bool typed)
    {
        var chosen = format ?? (IsJson(path) ? nested ? KvTreeFormat.NestedJson : KvTreeFormat.Json : ByName(path));
        var isNested = chosen is KvTreeFormat.NestedJson or KvTreeFormat.Yaml or KvTreeFormat.PowerShellData;
        if ((nested || typed) && !isNested)
        {
            throw new KvInvalidArgumentException(
                $"{(nested ? "-Nested" : "-Typed")} does not apply to the format {chosen}, which holds one record for each key. The nested formats are {KvTreeFormat.NestedJson}, {KvTreeFormat.Yaml} and {KvTreeFormat.PowerShellData}.");
        }

        return Of(chosen, isNamed: true, typed) as IWritableTreeFormat
            ?? throw new KvInvalidArgumentException($"The format {chosen} can be read but not written. Specify another -Format.");
    }

    /// <summary>A format.</summary>
    /// <param name="format">Which.</param>
    /// <param name="isNamed">True if somebody asked for it by name.</param>
    /// <param name="typed">True to write numbers and truths as such.</param>
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

    private static bool IsJson(string path) => Path.GetExtension(path).Equals(".json", StringComparison.OrdinalIgnoreCase);

    private static KvTreeFormat ByName(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".CSV" => KvTreeFormat.Csv,
        ".JSONL" or ".NDJSON" => KvTreeFormat.JsonLines,
        ".YAML" or ".YML" => KvTreeFormat.Yaml,
        ".PSD1" => KvTreeFormat.PowerShellData,
        ".ENV" => KvTreeFormat.KeyValue,
        _ => throw new KvInvalidArgumentException(
            $"The format of the file '{path}' is unknown: its extension is not .json, .jsonl, .csv, .yaml, .psd1 or .env. Specify -Format: {All}."),
    };

    // Apart, so that a library is loaded only where a file of its format is read or written.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static CsvTreeFormat NewCsv() => new();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static YamlFormat NewYaml(bool typed) => new(typed);
}
