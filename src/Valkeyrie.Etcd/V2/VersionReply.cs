namespace Valkeyrie.Etcd.V2;

/// <summary>The answer from <c>/version</c>. Releases before 2.1 use <see cref="ReleaseVersion"/>.</summary>
/// <param name="Etcdserver">The server's version.</param>
/// <param name="ReleaseVersion">The server's version in old releases.</param>
internal sealed record VersionReply(string? Etcdserver, string? ReleaseVersion);
