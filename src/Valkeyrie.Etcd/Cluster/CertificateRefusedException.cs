namespace Valkeyrie.Etcd.Cluster;

/// <summary>Why a server's certificate was refused, thrown through the TLS handshake.</summary>
#pragma warning disable CA1032, CA1064 // made here, with its reason, and told as another error before a caller of the assembly sees it
internal sealed class CertificateRefusedException(string reason) : Exception(VisibleText.Of(reason));
#pragma warning restore CA1032, CA1064
