using System.Runtime.CompilerServices;
using System.Text;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>A configuration as a PowerShell data file: one hashtable of constants. It is parsed and never executed.</summary>
/// <param name="typed">True to write numbers, true and false as such.</param>
internal sealed class PowerShellDataFormat(bool typed) : IWritableTreeFormat
{
    // PowerShell's parser requires the whole file at once.
    private const int MostBytes = 64 * 1024 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public ITreeWriter Begin(Stream stream) => new TreeNesting(new PowerShellDataWriter(new TextOutput(stream)), typed);

    public async IAsyncEnumerable<TreeRecord> ReadAsync(Stream text, long? largestValue, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var script = await ReadAllAsync(text, cancellationToken).ConfigureAwait(false);
        var records = new NestedRecords();
        PowerShellDataReader.Read(script, records);
        while (records.TryTake(out var record))
        {
            yield return record;
        }
    }

    private static async Task<string> ReadAllAsync(Stream text, CancellationToken cancellationToken)
    {
        var bytes = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await text.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
        {
            bytes.Write(buffer, 0, count);
            if (bytes.Length > MostBytes)
            {
                throw new FormatException($"a data file must not be larger than {MostBytes >> 20} MiB. Use another format");
            }
        }

        try
        {
            return Strict.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
        }
        catch (DecoderFallbackException e)
        {
            throw new TreeFormatException($"byte {e.Index + 1}", TreeText.Invalid("text").Message, e);
        }
    }
}
