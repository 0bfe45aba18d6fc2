using System.Text.Json;
using System.Text.Json.Serialization;

namespace Valkeyrie;

/// <summary>How far a mirror has come: what it takes to go on, also in another process. Holds no value and no secret.</summary>
/// <param name="Source">What is followed.</param>
/// <param name="Destination">What is written to.</param>
/// <param name="Revision">All changes of the source up to this revision are made; 0 before the first comparison has ended.</param>
public sealed partial record KvTreeMirrorState(KvTreeMirrorEnd Source, KvTreeMirrorEnd Destination, long Revision)
{
    private const int CurrentFormat = 1;

    /// <summary>Tells the source's history from another one; null if nothing is known that would.</summary>
    public KvHistoryWitness? SourceWitness { get; init; }

    /// <summary>The same for the destination.</summary>
    public KvHistoryWitness? DestinationWitness { get; init; }

    /// <summary>Reads what <see cref="ToJson"/> has written.</summary>
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

    /// <summary>The state as a text of JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(new StateDocument(CurrentFormat, this), StateJson.Default.StateDocument);

    internal sealed record StateDocument(int Format, KvTreeMirrorState State);

    [JsonSourceGenerationOptions(WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
    [JsonSerializable(typeof(StateDocument))]
    private sealed partial class StateJson : JsonSerializerContext;
}
