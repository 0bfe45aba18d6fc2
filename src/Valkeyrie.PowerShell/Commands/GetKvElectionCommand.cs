using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Shows the leader and the waiting contenders of elections. An election without contenders emits nothing.</summary>
[Cmdlet(VerbsCommon.Get, "KvElection", DefaultParameterSetName = NameSet)]
[OutputType(typeof(KvElection))]
public sealed class GetKvElectionCommand : KvRequestCmdlet<string, KvElection?>
{
    private const string NameSet = "Name";

    /// <summary>The elections. Default: all elections of the store.</summary>
    [Parameter(ParameterSetName = NameSet, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [TextOf("Name")]
    [ArgumentCompleter(typeof(ElectionCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>The directories of the elections: <c>app</c> means the elections <c>app/...</c>.</summary>
    [Parameter(ParameterSetName = RangeArgument.PathSet, Mandatory = true)]
    [AllowEmptyString]
    [TextOf("Path")]
    [ArgumentCompleter(typeof(DirectoryCompleter))]
    public string[] Path { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessInput()
    {
        foreach (var name in Name)
        {
            Request(name, name);
        }
    }

    /// <inheritdoc/>
    protected override void Complete()
    {
        base.Complete();
        if (ParameterSetName == RangeArgument.PathSet)
        {
            foreach (var path in Path)
            {
                List(new RangeArgument(path, KvRange.Directory));
            }
        }

        // An empty pipeline requests nothing, not everything.
        else if (!MyInvocation.ExpectingInput && !MyInvocation.BoundParameters.ContainsKey(nameof(Name)))
        {
            List(RangeArgument.All);
        }
    }

    /// <inheritdoc/>
    protected override ValueTask<KvElection?> Send(string request) => Target.GetCapability<IKvElections>().TryGetElectionAsync(request, StopToken);

    /// <inheritdoc/>
    protected override void Answer(string request, KvElection? answer)
    {
        if (answer is not null)
        {
            WriteObject(answer);
        }
    }

    private void List(RangeArgument range) => ReportErrors(range.Text, () =>
    {
        foreach (var election in Enumerate(Target.GetCapability<IKvElections>().ListElectionsAsync(range.Range, StopToken)))
        {
            WriteObject(election);
        }
    });
}
