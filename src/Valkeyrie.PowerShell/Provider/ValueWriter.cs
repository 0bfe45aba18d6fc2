using System.Collections;
using System.Management.Automation.Provider;
using Valkeyrie.PowerShell.Binding;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>Collects a value from Set-Content or Add-Content piece by piece, and stores it as a whole at the end.</summary>
/// <remarks>Pieces of text are joined with a line feed on every platform, without one after the last piece: a single piece is stored unchanged. Errors are
/// passed on and not thrown, because PowerShell discards exceptions when it closes a writer.</remarks>
/// <param name="key">The key, for errors.</param>
/// <param name="parameters">The parameters of the command.</param>
/// <param name="toJson">Writes an object as JSON.</param>
/// <param name="store">Stores the value. Its argument is true to append.</param>
/// <param name="fail">Writes an error.</param>
internal sealed class ValueWriter(
    string key, ContentWriterParameters parameters, Func<object, string> toJson, Action<ReadOnlyMemory<byte>, bool> store, Action<KvException> fail) : IContentWriter
{
    private readonly MemoryStream _value = new();
    private bool _appends;
    private bool _hasText;
    private bool _ended;

    public IList Write(IList content)
    {
        try
        {
            foreach (var piece in content)
            {
                Add(BareWord.Base(piece), piece);
            }
        }
        catch (KvException e)
        {
            // An incomplete value is not stored.
            _ended = true;
            fail(e);
        }

        return content;
    }

    public void Seek(long offset, SeekOrigin origin) => _appends = (offset, origin) == (0, SeekOrigin.End)
        ? true
        : throw new NotSupportedException("A value can be written only as a whole or appended to.");

    public void Close()
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        try
        {
            store(_value.GetBuffer().AsMemory(0, (int)_value.Length), _appends);
        }
        catch (KvException e)
        {
            fail(e);
        }
    }

    public void Dispose() => Close();

    private void Add(object? plain, object? piece)
    {
        switch (plain)
        {
            case null:
                break;
            case byte one:
                _value.WriteByte(one);
                break;
            case byte[] or KvPair:
                _value.Write(plain as byte[] ?? ((KvPair)plain).GetBytes());
                break;
            case var _ when parameters.AsByteStream:
                throw new KvInvalidArgumentException($"-AsByteStream accepts bytes, not {plain.GetType().Name}.") { Key = key };
            default:
                AddText(piece!);
                break;
        }
    }

    private void AddText(object piece)
    {
        var text = ValueBytes.From(piece, toJson, key);
        if (_hasText && !parameters.NoNewline)
        {
            _value.WriteByte((byte)'\n');
        }

        _hasText = true;
        _value.Write(text.Span);
    }
}
