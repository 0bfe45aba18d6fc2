using System.Diagnostics.CodeAnalysis;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>A server's answer.</summary>
/// <param name="Error">Why the request failed; <see cref="ErrorCode.Ok"/> if it succeeded.</param>
/// <param name="Zxid">The newest transaction known to the server.</param>
/// <param name="Value">The result; none after an error.</param>
internal readonly record struct Reply<T>(ErrorCode Error, long Zxid, T? Value)
{
    [MemberNotNullWhen(true, nameof(Value))]
    public bool IsOk => Error == ErrorCode.Ok;
}
