"""The lab's encoder in PyTorch Geometric: the same layers under the same names, so that weights go both ways."""
import json
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn
from torch_geometric.nn import BatchNorm, GATConv, GATv2Conv, GCNConv, SAGEConv


def convolution(recipe, n_in, bias):
    hidden, heads = recipe["encoder"]["hidden"], recipe["encoder"]["heads"]
    if recipe["backbone"] == "gcn":
        return GCNConv(n_in, hidden, bias=bias)
    if recipe["backbone"] in ("gat", "gatv2"):
        layer = GATConv if recipe["backbone"] == "gat" else GATv2Conv
        dropout = recipe["encoder"].get("attentionDropout", 0)  # not in older recipes
        return layer(n_in, hidden // heads, heads=heads, dropout=dropout, bias=bias)
    return SAGEConv(n_in, hidden, aggr="mean", bias=bias)


class Encoder(nn.Module):
    """Convolution, batch norm, ELU and dropout per layer; the last layer has neither ELU nor dropout.

    normed: the layers that a batch norm follows; their convolution has no bias, which the norm would take away again.
    biased: the layers whose convolution has one; unless told, all others. Before a projector with a norm the last has none.
    """

    def __init__(self, recipe, n_vars, normed, biased=None):
        super().__init__()
        options = recipe["encoder"]
        self.dropout, self.skip, layers = options["dropout"], options["skip"], range(options["layers"])
        self.convs = nn.ModuleList(
            convolution(recipe, options["hidden"] if i else n_vars, bias=i not in normed if biased is None else i in biased)
            for i in layers
        )
        self.norms = nn.ModuleDict({str(i): BatchNorm(options["hidden"]) for i in normed})

    def tail(self, i, y, x):
        """What follows the convolution y of layer i, which read x."""
        last = i == len(self.convs) - 1
        if str(i) in self.norms:
            y = self.norms[str(i)](y)
        if not last:
            y = F.elu(y)
        if self.skip and i > 0:
            y = y + x
        return y if last else F.dropout(y, self.dropout, self.training)

    def forward(self, x, edge_index):
        for i, conv in enumerate(self.convs):
            x = self.tail(i, conv(x, edge_index), x)
        return x


def read_model(path):
    """Recipe, genes and arrays of a model.safetensors."""
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata()
        arrays = {name: file.get_tensor(name) for name in file.keys()}
    return json.loads(metadata["recipe"]), json.loads(metadata["genes"]), arrays


def encoder_for(recipe, n_vars, names):
    """An encoder whose arrays bear these names, not loaded yet."""
    normed = [i for i in range(recipe["encoder"]["layers"]) if f"encoder.norms.{i}.module.weight" in names]
    biases = ("bias", "lin_l.bias")
    biased = [i for i in range(recipe["encoder"]["layers"]) if any(f"encoder.convs.{i}.{b}" in names for b in biases)]
    return Encoder(recipe, n_vars, normed, biased)


def load_encoder(path):
    """The trained encoder of a model.safetensors, in evaluation, with its recipe and genes."""
    recipe, genes, arrays = read_model(path)
    encoder = encoder_for(recipe, len(genes), arrays)
    state = {name.removeprefix("encoder."): a for name, a in arrays.items() if name.startswith("encoder.")}
    counters = {name: t for name, t in encoder.state_dict().items() if name.endswith("num_batches_tracked")}
    encoder.load_state_dict(state | counters)
    return encoder.eval(), recipe, genes


def save_model(path, encoder, rest, recipe, genes):
    """What the lab reads back: the encoder and the arrays beside it (decoder.weight, decoder.bias, mask_token)."""
    state = {f"encoder.{name}": t for name, t in encoder.state_dict().items() if t.is_floating_point()}
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    metadata = {"recipe": json.dumps(recipe), "genes": json.dumps(genes)}
    save_file({name: t.detach().contiguous() for name, t in (state | rest).items()}, path, metadata)
