using System.Diagnostics;
using System.Diagnostics.Metrics;
using Valkeyrie.Engine.Telemetry;

namespace Valkeyrie.Tests.Conformance;

/// <summary>The information for clients that trace, measure or observe a store's calls.</summary>
public abstract class TelemetryConformance(IStoreRig rig) : StoreConformance(rig)
{
    private static readonly string[] KnownTags =
        ["db.system.name", "db.operation.name", "db.namespace", "server.address", "server.port", "error.type", "db.response.status_code", "valkeyrie.attempts"];

    private const string SecretValue = "the-value-that-nobody-may-see";

    [Fact]
    public async Task Each_call_is_a_span_with_the_system_the_operation_and_who_was_asked()
    {
        var spans = await SpansOfAsync(UseAsync);
        Assert.NotEmpty(spans);
        Assert.All(spans, span =>
        {
            var tags = span.TagObjects.ToDictionary();
            Assert.Empty(tags.Keys.Except(KnownTags));
            Assert.NotEmpty(Assert.IsType<string>(tags["db.system.name"]));
            var operation = Assert.IsType<string>(tags["db.operation.name"]);
            Assert.StartsWith(operation, span.DisplayName, StringComparison.Ordinal);
            Assert.Equal(ActivityStatusCode.Unset, span.Status);
            if (tags.TryGetValue("server.address", out var host))
            {
                Assert.Contains(Store.Info.Endpoints, e => e.EndsWith($"{host}:{tags["server.port"]}", StringComparison.Ordinal));
                Assert.Equal(ActivityKind.Client, span.Kind);
            }
            else
            {
                Assert.Contains(tags["db.namespace"], Store.Info.Endpoints);
                Assert.Equal(ActivityKind.Internal, span.Kind);
            }
        });
    }

    [Fact]
    public async Task No_span_and_no_measurement_holds_a_key_a_value_or_a_part_of_them()
    {
        var told = (await SpansOfAsync(UseAsync))
            .SelectMany(s => s.TagObjects.Select(t => $"{t.Value}").Append(s.DisplayName).Append(s.OperationName).Append(s.StatusDescription ?? "")
                .Concat(s.Events.SelectMany(e => e.Tags.Select(t => $"{t.Value}"))))
            .Concat((await MeasurementsOfAsync(UseAsync)).SelectMany(m => m.Tags.Values.Select(v => $"{v}")))
            .ToList();
        Assert.NotEmpty(told);
        Assert.DoesNotContain(told, text => text.Contains(Root, StringComparison.Ordinal) || text.Contains("some-key", StringComparison.Ordinal)
            || text.Contains(SecretValue, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_call_is_measured_in_seconds_with_the_tags_of_its_span()
    {
        var began = Stopwatch.GetTimestamp();
        var measured = await MeasurementsOfAsync(UseAsync);
        var most = Stopwatch.GetElapsedTime(began).TotalSeconds;
        Assert.NotEmpty(measured);
        Assert.All(measured, m =>
        {
            Assert.InRange(m.Seconds, 0, most);
            Assert.Contains("db.system.name", m.Tags.Keys);
            Assert.Contains("db.operation.name", m.Tags.Keys);
        });
    }

    [Fact]
    public async Task Whoever_makes_calls_is_told_of_their_attempts_and_of_nobody_elses()
    {
        var own = new List<CallAttempt>();
        var others = new List<CallAttempt>();
        using (var observation = new CallObservation(a => Add(own, a)))
        using (var other = new CallObservation(a => Add(others, a)))
        {
            using (CallObservation.Enter(other))
            {
                using (CallObservation.Enter(observation))
                {
                    await Store.PutAsync(At("some-key"), SecretValue);
                }

                using (CallObservation.Enter(null))
                {
                    await Store.PutAsync(At("some-key"), SecretValue);
                }
            }
        }

        Assert.Empty(others);
        Assert.NotEmpty(own);
        Assert.All(own, a =>
        {
            Assert.Equal((1, null), (a.Number, a.Error));
            Assert.True(a.Duration > TimeSpan.Zero);
            Assert.Contains(Store.Info.Endpoints, e => e.EndsWith(a.Endpoint, StringComparison.Ordinal));
        });
    }

    [Fact]
    public async Task A_call_that_fails_is_told_as_failed_with_the_error_id()
    {
        await using var mortal = Rig.OpenMortal();
        await mortal.Store.PutAsync(At("a"), "1");
        mortal.Kill();
        var spans = await SpansOfAsync(async () =>
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await Assert.ThrowsAnyAsync<Exception>(async () => await mortal.Store.TryGetAsync(At("a"), cancellationToken: patience.Token));
        });

        // A store in this process is cut off above the code that reports its calls.
        Assert.SkipWhen(spans.Count == 0 && !Store.Info.Endpoints[0].Contains("://", StringComparison.Ordinal), "This store has no server that could be cut off.");
        var failed = spans.Last(s => s.Status == ActivityStatusCode.Error);
        Assert.Null(failed.StatusDescription);
        Assert.Contains(failed.GetTagItem("error.type"), new object[] { "KvUnreachable", "KvTimedOut", typeof(OperationCanceledException).FullName! });
        Assert.NotEmpty(failed.Events);
    }

    private static void Add(List<CallAttempt> attempts, CallAttempt attempt)
    {
        lock (attempts)
        {
            attempts.Add(attempt);
        }
    }

    private async Task UseAsync()
    {
        await Store.PutAsync(At("some-key"), SecretValue);
        await Store.GetAsync(At("some-key"));
        Assert.NotEmpty(await Store.ListAsync(Root).ToListAsync());
        await Store.TryDeleteAsync(At("some-key"));
    }

    /// <summary>The spans of this test's calls, below one that it creates, without those of other tests.</summary>
    private static async Task<List<Activity>> SpansOfAsync(Func<Task> work)
    {
        var ended = new List<Activity>();
        using var own = new Activity("test").SetIdFormat(ActivityIdFormat.W3C);
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == KvTelemetry.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                lock (ended)
                {
                    ended.Add(activity);
                }
            },
        };
        own.Start();
        ActivitySource.AddActivityListener(listener);
        await work();
        own.Stop();
        lock (ended)
        {
            return [.. ended.Where(a => a.TraceId == own.TraceId)];
        }
    }

    private static async Task<List<Measurement>> MeasurementsOfAsync(Func<Task> work)
    {
        var flow = new AsyncLocal<List<Measurement>?>();
        var measured = new List<Measurement>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == KvTelemetry.MeterName)
                {
                    Assert.Equal((KvTelemetry.DurationName, "s"), (instrument.Name, instrument.Unit));
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, seconds, tags, _) =>
        {
            var copied = new Dictionary<string, object?>();
            foreach (var (name, value) in tags)
            {
                copied.Add(name, value);
            }

            if (flow.Value is { } own)
            {
                lock (own)
                {
                    own.Add(new Measurement(seconds, copied));
                }
            }
        });
        listener.Start();
        flow.Value = measured;
        await work();
        lock (measured)
        {
            return [.. measured];
        }
    }

    private sealed record Measurement(double Seconds, IReadOnlyDictionary<string, object?> Tags);
}
