namespace Valkeyrie.Etcd.V2;

/// <summary>An item of a <see cref="ChangeFeed"/>: a change, or the beginning or end of an outage.</summary>
/// <param name="Change">The change; null for an outage.</param>
/// <param name="Outage">The outage; null for a change.</param>
internal readonly record struct FeedItem(KeysReply? Change, KvEvent? Outage);
