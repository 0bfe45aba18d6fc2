using System.Text;
using System.Text.Json;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>Reads the fields of one object in a JSON file.</summary>
internal struct JsonRecordFields
{
    private const string KeyField = "KEY";
    private const string ValueField = "VALUE";
    private const string EncodingField = "ENCODING";
    private const string RevisionField = "REVISION";

    private string? _key;
    private byte[]? _value;
    private string? _encoding;
    private byte[]? _bytes;

    // Most records have only these three fields, which need no set.
    private bool _hasKey;
    private bool _hasValue;
    private bool _hasEncoding;
    private HashSet<string>? _others;

    /// <summary>Reads the object up to its end.</summary>
    /// <param name="reader">The reader, at the beginning of the object.</param>
    /// <param name="text">The text of the reader.</param>
    /// <returns>False if the text ends before the object.</returns>
    /// <exception cref="FormatException">A field is not valid.</exception>
    public bool TryRead(ref Utf8JsonReader reader, ReadOnlySpan<byte> text)
    {
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndObject)
            {
                return true;
            }

            var name = NameIn(ref reader);
            var field = name is KeyField or ValueField or EncodingField ? name : name.ToUpperInvariant();
            if (!reader.Read() || !TryTake(field, ref reader, text))
            {
                return false;
            }

            if (!IsFirst(field))
            {
                throw new FormatException($"it has the field '{Written(name)}' twice");
            }
        }

        return false;
    }

    /// <summary>Gets the record.</summary>
    /// <exception cref="FormatException">The key has lost bytes, or may have, or Value and Bytes do not match.</exception>
    public readonly TreeRecord ToRecord()
    {
        // A pair that ConvertTo-Json wrote: a key that is not text has lost bytes in the file.
        if (_bytes is not null || _others?.Contains(RevisionField) == true)
        {
            TreeText.CheckComplete(nameof(TreeRecord.Key), Encoding.UTF8.GetBytes(_key ?? ""));
        }

        return _bytes is null ? new(_key, _value, _encoding) : new(_key, PairBytes.Checked(_bytes, _value), TreeRecord.Text);
    }

    /// <summary>Reads a text and checks it.</summary>
    /// <param name="reader">The reader, at a string or a name.</param>
    /// <param name="field">The name of the field, for errors.</param>
    /// <exception cref="FormatException">The field is not text.</exception>
    public static string StringIn(ref Utf8JsonReader reader, string field)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw TreeText.Invalid(field);
        }
    }

    // In the form of Export-KvTree, they are recognized by their bytes.
    private static string NameIn(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("Key"u8))
        {
            return KeyField;
        }

        if (reader.ValueTextEquals("Value"u8))
        {
            return ValueField;
        }

        if (reader.ValueTextEquals("Encoding"u8))
        {
            return EncodingField;
        }

        var name = StringIn(ref reader, "field name");
        TreeFields.Check(name);
        return name;
    }

    private bool IsFirst(string field) => field switch
    {
        KeyField => Mark(ref _hasKey),
        ValueField => Mark(ref _hasValue),
        EncodingField => Mark(ref _hasEncoding),
        _ => (_others ??= new(StringComparer.Ordinal)).Add(field),
    };

    private static string Written(string name) => name switch
    {
        KeyField => nameof(TreeRecord.Key),
        ValueField => nameof(TreeRecord.Value),
        EncodingField => nameof(TreeRecord.Encoding),
        _ => name,
    };

    private static bool Mark(ref bool has)
    {
        var isFirst = !has;
        has = true;
        return isFirst;
    }

    private bool TryTake(string field, ref Utf8JsonReader reader, ReadOnlySpan<byte> text)
    {
        switch (field)
        {
            case KeyField:
                _key = OptionalStringIn(ref reader, nameof(TreeRecord.Key));
                return true;
            case EncodingField:
                _encoding = OptionalStringIn(ref reader, nameof(TreeRecord.Encoding));
                return true;
            case ValueField:
                return TryTakeValue(ref reader, text);
            case "BYTES" when reader.TokenType == JsonTokenType.StartArray:
                return TryTakeBytes(ref reader);
            case "BYTES" when reader.TokenType == JsonTokenType.String:
                // At the depth at which ConvertTo-Json no longer writes arrays.
                _bytes = PairBytes.Parse(StringIn(ref reader, PairBytes.Field));
                return true;
            case "KEYONLY" when reader.TokenType == JsonTokenType.True:
                throw TreeText.KeyOnly();
            default:
                return reader.TrySkip();
        }
    }

    private static string? OptionalStringIn(ref Utf8JsonReader reader, string field) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.String => StringIn(ref reader, field),
        _ => throw new FormatException($"its {field} is not text"),
    };

    // A file written by hand can contain numbers and similar values: they are read as Set-KvValue would store them.
    private bool TryTakeValue(ref Utf8JsonReader reader, ReadOnlySpan<byte> text)
    {
        const string Field = nameof(TreeRecord.Value);
        var start = (int)reader.TokenStartIndex;
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return true;
            case JsonTokenType.String when !reader.ValueIsEscaped:
                _value = TreeText.Bytes(Field, reader.ValueSpan);
                return true;
            case JsonTokenType.String:
                _value = Unescaped(ref reader, Field);
                return true;
            default:
                if (!reader.TrySkip())
                {
                    return false;
                }

                _value = TreeText.Bytes(Field, text[start..(int)reader.BytesConsumed]);
                return true;
        }
    }

    private static byte[] Unescaped(ref Utf8JsonReader reader, string field)
    {
        var bytes = new byte[reader.ValueSpan.Length];
        try
        {
            return bytes[..reader.CopyString(bytes)];
        }
        catch (InvalidOperationException)
        {
            throw TreeText.Invalid(field);
        }
    }

    // ConvertTo-Json writes bytes as an array of numbers.
    private bool TryTakeBytes(ref Utf8JsonReader reader)
    {
        var bytes = new List<byte>();
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndArray)
            {
                _bytes = [.. bytes];
                return true;
            }

            bytes.Add(reader.TokenType == JsonTokenType.Number && reader.TryGetByte(out var next) ? next : throw PairBytes.NotNumbers());
        }

        return false;
    }
}
