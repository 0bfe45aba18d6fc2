using System.Text;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>What a value becomes that is changed by what it is.</summary>
internal static class ValueChange
{
    /// <summary>A value with another behind it.</summary>
    public static ReadOnlyMemory<byte> Append(byte[] before, string separator, ReadOnlySpan<byte> value)
    {
        var between = before.Length == 0 || before[^1] == (byte)'\n' ? [] : Encoding.UTF8.GetBytes(separator);
        var whole = new byte[before.Length + between.Length + value.Length];
        before.CopyTo(whole, 0);
        between.CopyTo(whole, before.Length);
        value.CopyTo(whole.AsSpan(before.Length + between.Length));
        return whole;
    }
}
