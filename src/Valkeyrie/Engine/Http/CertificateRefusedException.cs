namespace Valkeyrie.Engine.Http;

/// <summary>The reason why a server's certificate was refused, thrown through the TLS handshake.</summary>
/// <param name="reason">The reason.</param>
#pragma warning disable CA1032 // created here with its reason, and mapped to a KvException before a caller sees it
public sealed class CertificateRefusedException(string reason) : Exception(VisibleText.Of(reason));
#pragma warning restore CA1032
