using System.Globalization;

namespace Valkeyrie.Etcd.Administration;

/// <summary>Formats and parses the numbers of members and clusters as etcd's tools show them.</summary>
internal static class Hexadecimal
{
    public static string Of(ulong id) => id.ToString("x", CultureInfo.InvariantCulture);

    /// <exception cref="KvInvalidArgumentException">The text is not such a number.</exception>
    public static ulong Parse(string id) => ulong.TryParse(id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) && number != 0
        ? number
        : throw new KvInvalidArgumentException($"'{id}' is not the id of a member. Specify an id from Get-KvMember: up to 16 hexadecimal digits.");
}
