using System.Diagnostics;

namespace Valkeyrie.Engine.Telemetry;

/// <summary>An observed call with its attempts, one after another.</summary>
public sealed class ObservedCall
{
    private readonly StoreSystem _system;
    private readonly string _operation;
    private readonly string? _key;
    private readonly Activity? _activity;
    private readonly CallObservation? _observation;
    private readonly long _beganAt = Stopwatch.GetTimestamp();
    private long _attemptBeganAt;
    private bool _isInAttempt;
    private int _attempts;
    private string _endpoint = "";
    private Exception? _error;
    private int? _statusCode;

    internal ObservedCall(StoreSystem system, string operation, string? key, Activity? activity, CallObservation? observation)
    {
        (_system, _operation, _key, _activity, _observation) = (system, operation, key, activity, observation);
        _attemptBeganAt = _beganAt;
    }

    /// <summary>Begins an attempt.</summary>
    /// <param name="endpoint">The endpoint or the file.</param>
    /// <param name="number">The number of the attempt, if the attempts before it were separate calls. Default: null, the next number of this call.</param>
    public void BeginAttempt(string endpoint, int? number = null)
    {
        _endpoint = endpoint;
        _attempts = number ?? _attempts + 1;
        _attemptBeganAt = Stopwatch.GetTimestamp();
        _isInAttempt = true;
        (_error, _statusCode) = (null, null);
    }

    /// <summary>Ends an attempt that succeeded.</summary>
    public void Succeeded() => EndAttempt(null);

    /// <summary>Ends an attempt that failed, or the call before its first.</summary>
    /// <param name="error">The error that its caller gets, or would get without another attempt.</param>
    /// <param name="statusCode">The server's status; null for none.</param>
    public void Failed(Exception error, int? statusCode = null)
    {
        if (!_isInAttempt)
        {
            // No endpoint was asked. The error names the tried ones.
            var beganAt = _attemptBeganAt;
            BeginAttempt((error as KvException)?.Endpoint ?? _endpoint);
            _attemptBeganAt = beganAt;
        }

        (_error, _statusCode) = (error, statusCode);
        EndAttempt(error);
    }

    /// <summary>Ends the call with the result of its last attempt.</summary>
    public void End()
    {
        if (_isInAttempt)
        {
            EndAttempt(null);
        }

        var tags = TagsOf(_endpoint, _error, _statusCode);
        CallTelemetry.Duration.Record(Stopwatch.GetElapsedTime(_beganAt).TotalSeconds, tags);
        if (_activity is null)
        {
            return;
        }

        foreach (var tag in tags)
        {
            _activity.SetTag(tag.Key, tag.Value);
        }

        if (_attempts > 1)
        {
            _activity.SetTag("valkeyrie.attempts", _attempts);
        }

        _activity.DisplayName = _system.IsInProcess || _endpoint.Length == 0 ? _operation : $"{_operation} {ServerAddress.Of(_endpoint)}";
        if (_error is not null)
        {
            // Without a description, because an error's message names keys.
            _activity.SetStatus(ActivityStatusCode.Error);
        }

        _activity.Dispose();
    }

    private void EndAttempt(Exception? error)
    {
        if (!_isInAttempt)
        {
            return;
        }

        _isInAttempt = false;
        _observation?.Tell(new CallAttempt(_operation, _key, _endpoint, _attempts, Stopwatch.GetElapsedTime(_attemptBeganAt), error));
        if (error is not null && _activity is not null)
        {
            _activity.AddEvent(new ActivityEvent("valkeyrie.attempt", tags: new ActivityTagsCollection(TagsOf(_endpoint, error, _statusCode))));
        }

        // The pause before the next attempt is not a part of the attempt.
        _attemptBeganAt = Stopwatch.GetTimestamp();
    }

    private TagList TagsOf(string endpoint, Exception? error, int? statusCode)
    {
        var tags = new TagList { { "db.system.name", _system.Name }, { "db.operation.name", _operation } };
        if (_system.IsInProcess)
        {
            tags.Add("db.namespace", endpoint);
        }
        else if (endpoint.Length > 0)
        {
            var server = ServerAddress.Of(endpoint);
            tags.Add("server.address", server.Host);
            if (server.Port is { } port)
            {
                tags.Add("server.port", port);
            }
        }

        if (error is not null)
        {
            tags.Add("error.type", error is KvException known ? $"Kv{known.Code}" : error.GetType().FullName);
        }

        if (statusCode is { } code)
        {
            tags.Add("db.response.status_code", code.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        return tags;
    }
}
