using System.Text;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>Computes changed values.</summary>
internal static class ValueChange
{
    /// <summary>Appends a value to another one.</summary>
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
