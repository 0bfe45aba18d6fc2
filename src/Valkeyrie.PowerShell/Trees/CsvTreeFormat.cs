using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using System.Text;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Trees;

/// <summary>CSV, by PowerShell's own converters: what they are given, and give, is a few hundred records at a time.</summary>
/// <param name="invoker">The calling cmdlet's way to run commands.</param>
/// <param name="thread">The pipeline's thread, on which they run.</param>
internal sealed class CsvTreeFormat(CommandInvocationIntrinsics invoker, PipelineThread thread) : ITreeFormat
{
    private const int RecordsAtOnce = 500;
    private const int CharactersAtOnce = 128 * 1024;

    private static readonly ScriptBlock WriteHeader = ScriptBlock.Create(
        "Microsoft.PowerShell.Utility\\ConvertTo-Csv -InputObject $args[0] -ErrorAction Stop | Microsoft.PowerShell.Utility\\Select-Object -First 1");

    private static readonly ScriptBlock WriteRecords = ScriptBlock.Create("$args[0] | Microsoft.PowerShell.Utility\\ConvertTo-Csv -NoHeader -ErrorAction Stop");

    private static readonly ScriptBlock ReadFirst = ScriptBlock.Create("Microsoft.PowerShell.Utility\\ConvertFrom-Csv -InputObject $args[0] -ErrorAction Stop");

    private static readonly ScriptBlock ReadMore = ScriptBlock.Create(
        "Microsoft.PowerShell.Utility\\ConvertFrom-Csv -InputObject $args[0] -Header $args[1] -ErrorAction Stop");

    public ITreeWriter Begin(Stream stream) => new Writer(stream, Run);

    public async IAsyncEnumerable<TreeRecord> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[]? columns = null;
        var header = "";
        await foreach (var piece in ReadPiecesAsync(stream, cancellationToken).ConfigureAwait(false))
        {
            var known = columns;
            var text = header + piece;
            var objects = await thread.DoAsync(() => known is null ? Run(ReadFirst, text) : Run(ReadMore, text, known), cancellationToken).ConfigureAwait(false);
            columns ??= objects.Count > 0 ? ColumnsOf(objects[0]) : null;

            // A piece may hold the header alone, which only means something together with the next one.
            header = columns is null ? text : "";
            foreach (var item in objects)
            {
                yield return new TreeRecord(Get(item, nameof(TreeRecord.Key)), Get(item, nameof(TreeRecord.Value)), Get(item, nameof(TreeRecord.Encoding)));
            }
        }
    }

    private static string[] ColumnsOf(PSObject item)
    {
        string[] columns = [.. item.Properties.Select(p => p.Name)];
        return columns.Contains(nameof(TreeRecord.Key), StringComparer.OrdinalIgnoreCase) && columns.Contains(nameof(TreeRecord.Value), StringComparer.OrdinalIgnoreCase)
            ? columns
            : throw new FormatException($"its columns are {string.Join(", ", columns)}, not Key and Value");
    }

    private static string? Get(PSObject item, string column) => (string?)item.Properties[column]?.Value;

    /// <summary>The text in pieces of whole records, and not much longer than they must be.</summary>
    private static async IAsyncEnumerable<string> ReadPiecesAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, leaveOpen: true);
        var ends = new CsvRecordEnds();
        var text = new StringBuilder();
        var buffer = new char[CharactersAtOnce];
        while (await reader.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
        {
            var end = ends.Advance(buffer.AsSpan(0, count));
            text.Append(buffer, 0, end > 0 ? end : count);
            if (end > 0)
            {
                yield return text.ToString();
                text.Clear().Append(buffer, end, count - end);
            }
        }

        if (text.Length > 0)
        {
            yield return text.ToString();
        }
    }

    private Collection<PSObject> Run(ScriptBlock script, params object[] arguments)
    {
        try
        {
            return invoker.InvokeScript(useLocalScope: true, script, input: null, arguments);
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            throw new FormatException($"PowerShell's own converter refused it: {e.Message}", e);
        }
    }

    private sealed class Writer : ITreeWriter
    {
        private readonly Stream _stream;
        private readonly Func<ScriptBlock, object[], Collection<PSObject>> _run;
        private readonly List<PSObject> _waiting = new(RecordsAtOnce);

        public Writer(Stream stream, Func<ScriptBlock, object[], Collection<PSObject>> run)
        {
            _stream = stream;
            _run = run;
            WriteLines(run(WriteHeader, [ObjectOf(new TreeRecord("", "", ""))]));
        }

        public void Write(TreeRecord record)
        {
            _waiting.Add(ObjectOf(record));
            if (_waiting.Count == RecordsAtOnce)
            {
                End();
            }
        }

        public void End()
        {
            if (_waiting.Count > 0)
            {
                WriteLines(_run(WriteRecords, [_waiting.ToArray()]));
                _waiting.Clear();
            }
        }

        private static PSObject ObjectOf(TreeRecord record)
        {
            var item = new PSObject();
            item.Properties.Add(new PSNoteProperty(nameof(TreeRecord.Key), record.Key));
            item.Properties.Add(new PSNoteProperty(nameof(TreeRecord.Value), record.Value));
            item.Properties.Add(new PSNoteProperty(nameof(TreeRecord.Encoding), record.Encoding));
            return item;
        }

        private void WriteLines(Collection<PSObject> lines)
        {
            foreach (var line in lines)
            {
                _stream.Write(Encoding.UTF8.GetBytes((string)line.BaseObject));
                _stream.Write("\n"u8);
            }
        }
    }
}
