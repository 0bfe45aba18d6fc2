using System.Text.Json;
using System.Text.Json.Serialization;

namespace Valkeyrie;

/// <summary>The state of a mirror from which it can resume, even in another process. Contains no value and no secret.</summary>
/// <param name="Source">The source tree.</param>
/// <param name="Destination">The destination tree.</param>
/// <param name="Revision">The source's revision up to which all changes are made; 0 before the end of the first comparison.</param>
public sealed partial record KvTreeMirrorState(KvTreeMirrorEnd Source, KvTreeMirrorEnd Destination, long Revision)
{
    private const int CurrentFormat = 1;

    /// <summary>The witness that identifies the source's history; null if none is known.</summary>
    public KvHistoryWitness? SourceWitness { get; init; }

    /// <summary>The witness that identifies the destination's history; null if none is known.</summary>
    public KvHistoryWitness? DestinationWitness { get; init; }

    /// <summary>Reads a state that <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">The text.</param>
    /// <exception cref="KvInvalidArgumentException">The text is not the state of a mirror, or a newer version wrote it.</exception>
    public static KvTreeMirrorState Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            var document = JsonSerializer.Deserialize(json, StateJson.Default.StateDocument);
            return document switch
            {
                { Format: CurrentFormat, State: { Source: not null, Destination: not null, Revision: >= 0 } state } => state,
                { Format: > CurrentFormat } => throw new KvInvalidArgumentException($"The state of the mirror was written by a newer version (format {document.Format}). Use that version."),
                _ => throw new KvInvalidArgumentException("The text is not the state of a mirror."),
            };
        }
        catch (JsonException e)
        {
            throw new KvInvalidArgumentException($"The text is not the state of a mirror: {e.Message}", e);
        }
    }

    /// <summary>Writes the state as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(new StateDocument(CurrentFormat, this), StateJson.Default.StateDocument);

    internal sealed record StateDocument(int Format, KvTreeMirrorState State);

    [JsonSourceGenerationOptions(WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
    [JsonSerializable(typeof(StateDocument))]
    private sealed partial class StateJson : JsonSerializerContext;
}
