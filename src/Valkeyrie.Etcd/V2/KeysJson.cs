using System.Text.Json.Serialization;

namespace Valkeyrie.Etcd.V2;

/// <summary>Deserializes the replies that are not nodes.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(KeysError))]
[JsonSerializable(typeof(MemberReply))]
[JsonSerializable(typeof(VersionReply))]
internal sealed partial class KeysJson : JsonSerializerContext;
