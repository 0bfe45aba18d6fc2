namespace Valkeyrie.Etcd.V2;

/// <summary>What <c>/version</c> answers; releases before 2.1 call it <see cref="ReleaseVersion"/>.</summary>
/// <param name="Etcdserver">The server's version.</param>
/// <param name="ReleaseVersion">The same of old.</param>
internal sealed record VersionReply(string? Etcdserver, string? ReleaseVersion);
