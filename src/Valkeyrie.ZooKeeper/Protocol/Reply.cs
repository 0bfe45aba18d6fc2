using System.Diagnostics.CodeAnalysis;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>A server's answer.</summary>
/// <param name="Error">Why the request was not done; <see cref="ErrorCode.Ok"/> where it was.</param>
/// <param name="Zxid">The newest transaction that the server knew of.</param>
/// <param name="Value">What it answered; none with an error.</param>
internal readonly record struct Reply<T>(ErrorCode Error, long Zxid, T? Value)
{
    [MemberNotNullWhen(true, nameof(Value))]
    public bool IsOk => Error == ErrorCode.Ok;
}
